// One invoice: what it says, how each line came about, what may be done with it, what was tried.
import {get, if_there, list_all} from '../core/api.js';
import {h, link} from '../core/dom.js';
import {now} from '../core/live.js';
import {money} from '../core/money.js';
import {distance, period_text} from '../core/time.js';
import {bill} from '../ui/bill.js';
import {
  badge,
  facts,
  folded,
  id_chip,
  json_block,
  link_to,
  metadata_rows,
  moment,
  page,
  section,
} from '../ui/parts.js';
import {invoice_actions} from './invoice_actions.js';
import {credit_section, payment_section} from './invoice_money.js';

function outside(href, label, testid) {
  return href && h('a', {href, target: '_blank', rel: 'noopener', testid}, label);
}

// What happens next by itself, and when.
function next_text(invoice) {
  const at = (when, what) => `${what} ${distance(when, now())}`;
  if (invoice.automatically_finalizes_at) {
    return at(invoice.automatically_finalizes_at, 'Is finalized');
  }
  if (invoice.status !== 'open') return null;
  if (invoice.next_payment_attempt) return at(invoice.next_payment_attempt, 'Is tried again');
  if (invoice.due_date) return at(invoice.due_date, 'Is due');
  return 'Waits for its payment';
}

// "$250.00 for Jenny Rosen. Is due in 3 days".
function head_text(invoice) {
  const who = invoice.customer_name || invoice.customer_email;
  const sum = h('strong', {}, money(invoice.total, invoice.currency));
  const next = next_text(invoice);
  return h('span', {}, sum, who && ` for ${who}`, next && ` · ${next}`);
}

function details_section(invoice) {
  const {subscription_details: details} = invoice.parent ?? {};
  const subscription = details?.subscription;
  return section(
    {title: 'Details', testid: 'details'},
    facts([
      ['Id', id_chip(invoice.id)],
      [
        'Customer',
        link(`/customers/${invoice.customer}`, invoice.customer_name || invoice.customer),
      ],
      ['Subscription', subscription && link_to(`/subscriptions/${subscription}`, subscription)],
      ['Reason', invoice.billing_reason.replaceAll('_', ' ')],
      ['Collection', invoice.collection_method.replaceAll('_', ' ')],
      ['Memo', invoice.description],
      ['Period', period_text({start: invoice.period_start, end: invoice.period_end})],
      ['Created', moment(invoice.created)],
      ['Finalized', moment(invoice.status_transitions.finalized_at)],
      ['Due', invoice.due_date && moment(invoice.due_date)],
      ['Paid', invoice.status_transitions.paid_at && moment(invoice.status_transitions.paid_at)],
      ['Next', next_text(invoice)],
      ['Hosted page', outside(invoice.hosted_invoice_url, 'Open', 'hosted-page')],
      ['PDF', outside(invoice.invoice_pdf, 'Download', 'pdf')],
      ...metadata_rows(invoice.metadata),
    ]),
    folded('The object', `json-${invoice.id}`, json_block(invoice)),
  );
}

export async function render({params}) {
  const invoice = await get(`/v1/invoices/${params.id}`, {
    expand: ['payments', 'total_discount_amounts'],
  });
  const [lines, explanation, events, cards] = await Promise.all([
    list_all(`/v1/invoices/${invoice.id}/lines`),
    invoice.status === 'draft' ? null : if_there(get(`/_okapi/explain/${invoice.id}`)),
    get('/_okapi/events', {object: invoice.id, limit: 50}),
    list_all(`/v1/customers/${invoice.customer}/payment_methods`).catch(() => []),
  ]);
  return page(
    {
      title: invoice.number ?? 'Draft invoice',
      testid: 'invoice',
      trail: [['Invoices', '/invoices']],
      status: badge(invoice.status),
      note: head_text(invoice),
      actions: invoice_actions(invoice, cards),
    },
    h(
      'div',
      {class: 'columns uneven'},
      h(
        'div',
        {class: 'stack'},
        section(
          {
            title: 'Lines',
            testid: 'lines',
            note: explanation ? null : 'How each line comes about is told once it is final.',
          },
          bill({invoice, lines, explanation, testid: 'bill'}),
          explanation &&
            folded('The explanation', `explain-${invoice.id}`, json_block(explanation)),
        ),
        credit_section(invoice, explanation),
        await payment_section(invoice),
      ),
      h(
        'div',
        {class: 'stack'},
        details_section(invoice),
        section({title: 'Timeline', testid: 'timeline'}, event_timeline(events.data)),
      ),
    ),
  );
}

function event_timeline(events) {
  return h(
    'ol',
    {class: 'timeline'},
    events.map((event) =>
      h('li', {}, moment(event.created), link(`/events/${event.id}`, event.type)),
    ),
  );
}
