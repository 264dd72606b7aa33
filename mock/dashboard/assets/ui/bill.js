// An invoice as a customer reads it, and how each line came about: from an invoice (or a preview)
// and, where there is one, its explanation of /_okapi/explain.
import {h} from '../core/dom.js';
import {grouped} from '../core/decimal.js';
import {money} from '../core/money.js';
import {period_text} from '../core/time.js';

function tier_range(step) {
  if (step.up_to === null) {
    return step.above === '0' ? 'any quantity' : `above ${grouped(step.above)}`;
  }
  if (step.above === '0') return `up to ${grouped(step.up_to)}`;
  return `above ${grouped(step.above)} up to ${grouped(step.up_to)}`;
}

function product_text(step, currency) {
  const product = `${grouped(step.units)} × ${money(step.unit_amount, currency)}`;
  if (step.exact === undefined || step.exact === String(step.amount)) return product;
  return `${product} = ${money(step.exact, currency)}, rounded to ${money(step.amount, currency)}`;
}

const kinds = {
  amount: () => 'an amount of its own',
  previously_billed: () => 'billed by an earlier invoice of this period',
  proration: (step) => `${step.exact} seconds of the period`,
  package: (step, currency) =>
    `packages of ${grouped(step.divide_by)}: ${grouped(step.quantity)} rounded ${step.round} to ` +
    `${grouped(step.units)}; ${product_text(step, currency)}`,
  tier_unit: (step, currency) =>
    `tier ${step.tier}, ${step.tiers_mode === 'volume' ? 'volume, ' : ''}${tier_range(step)}: ` +
    product_text(step, currency),
  tier_flat: (step, currency) =>
    `tier ${step.tier}, flat amount: ${money(step.unit_amount, currency)}`,
};

function step_text(step, currency) {
  const text = (kinds[step.kind] ?? product_text)(step, currency);
  if (step.whole_amount === undefined) return text;
  return `${text}, for ${step.seconds} of ${step.period_seconds} seconds`;
}

function usage_text(usage) {
  const events = `${usage.events} event${usage.events === 1 ? '' : 's'}`;
  const text = `${usage.event_name}: ${usage.formula} of ${events} is ${grouped(usage.aggregate)}`;
  if (usage.left_out !== '0') {
    return `${text}, less ${grouped(usage.left_out)} billed before: ${grouped(usage.quantity)}`;
  }
  if (usage.quantity === usage.aggregate) return text;
  return `${text}, which bills as ${grouped(usage.quantity)}`;
}

function bill_row(label, amount, attributes = {}) {
  return h('div', {class: 'bill-row', ...attributes}, h('span', {}, label), h('span', {}, amount));
}

function working(explained, currency) {
  return h(
    'div',
    {class: 'working', testid: 'working'},
    explained.usage && h('span', {}, usage_text(explained.usage)),
    explained.steps.map((step) => h('span', {}, step_text(step, currency))),
    explained.discounts.map((discount) =>
      bill_row(`Discount of the ${discount.level}`, money(-discount.amount, currency)),
    ),
    explained.credits.map((credit) =>
      bill_row(`Credit grant ${credit.name ?? credit.grant}`, money(-credit.amount, currency), {
        'data-testid': 'line-credit',
      }),
    ),
    explained.taxes.map((tax) =>
      bill_row(
        `Tax, ${tax.percentage} %${tax.inclusive ? ' inside' : ''}`,
        money(tax.amount, currency),
      ),
    ),
  );
}

function line_element(line, explained, currency) {
  return h(
    'li',
    {class: 'bill-line', testid: 'bill-line'},
    bill_row(line.description ?? 'No description', money(line.amount, currency)),
    h('small', {}, period_text(line.period)),
    explained && working(explained, currency),
  );
}

const sum_of = (rows) => (rows ?? []).reduce((sum, row) => sum + row.amount, 0);

function total_rows(invoice) {
  const credits = (invoice.total_pretax_credit_amounts ?? []).filter(
    (row) => row.type === 'credit_balance_transaction',
  );
  const balance = (invoice.ending_balance ?? invoice.starting_balance) - invoice.starting_balance;
  return [
    ['subtotal', 'Subtotal', invoice.subtotal, true],
    ['discounts', 'Discounts', -sum_of(invoice.total_discount_amounts)],
    ['credits', 'Credits applied', -sum_of(credits)],
    ['tax', 'Tax', sum_of(invoice.total_taxes)],
    ['total', 'Total', invoice.total, true],
    ['balance', 'Customer balance', -balance],
    ['credit-notes', 'Credit notes before payment', -invoice.pre_payment_credit_notes_amount],
    ['amount-due', 'Amount due', invoice.amount_due, true],
    ['amount-paid', 'Amount paid', invoice.amount_paid],
    ['amount-remaining', 'Amount remaining', invoice.amount_remaining, invoice.status === 'open'],
  ].filter(([, , amount, always]) => always || amount);
}

export function bill({invoice, lines = invoice.lines.data, explanation, testid}) {
  const {currency} = invoice;
  const explained = new Map((explanation?.lines ?? []).map((line) => [line.line, line]));
  return h(
    'div',
    {class: 'bill', testid},
    h(
      'ul',
      {},
      lines.map((line) => line_element(line, explained.get(line.id), currency)),
    ),
    h(
      'div',
      {class: 'bill-totals'},
      total_rows(invoice).map(([name, label, amount]) =>
        h(
          'div',
          {class: `bill-row${name === 'amount-due' ? ' strong' : ''}`},
          h('span', {}, label),
          h('span', {testid: name}, money(amount, currency)),
        ),
      ),
    ),
  );
}
