// What a quantity would cost at a price, tier by tier.
import {h, fresh_id} from '../core/dom.js';
import {money} from '../core/money.js';
import {is_metered, is_one_time, is_tiered, periods, rated} from '../core/price_draft.js';
import {section} from './parts.js';

function breakdown(draft, quantity) {
  const result = rated(draft, quantity);
  if (result === null) return h('p', {class: 'note'}, 'Give a quantity of 0 or more.');
  return h(
    'div',
    {},
    h(
      'ul',
      {},
      result.lines.map((line) =>
        h(
          'li',
          {class: 'bill-line', testid: 'preview-line'},
          h(
            'div',
            {class: 'bill-row'},
            h('span', {}, line.label),
            h('span', {}, money(line.amount, draft.currency)),
          ),
          h('small', {}, line.working),
        ),
      ),
    ),
    h(
      'div',
      {class: 'bill-row bill-sum'},
      h('strong', {}, 'Total'),
      h('strong', {testid: 'preview-total'}, money(result.total, draft.currency)),
    ),
  );
}

function cadence(draft) {
  if (is_one_time(draft)) return 'Billed once.';
  const period = periods.find(([key]) => key === draft.period)?.[1] ?? '';
  return is_metered(draft)
    ? `${period}, billed after each period by what was used.`
    : `${period}, billed at the start of each period.`;
}

export function price_preview(draft, {period = true} = {}) {
  const id = fresh_id('quantity');
  const quantity = h('input', {
    id,
    type: 'text',
    inputmode: 'decimal',
    class: 'amount',
    testid: 'preview-quantity',
  });
  const result = h('div', {'aria-live': 'polite'});
  const when = h('p', {class: 'note'});
  // What is usual for the model, until somebody writes a quantity.
  let is_own = false;
  const draw = () => {
    if (!is_own) quantity.value = is_metered(draft) ? '150,000' : is_tiered(draft) ? '100' : '1';
    result.replaceChildren(breakdown(draft, quantity.value));
    when.textContent = period ? cadence(draft) : '';
  };
  quantity.addEventListener('input', () => {
    is_own = true;
    draw();
  });
  draw();
  const element = section(
    {title: 'Preview', testid: 'price-preview'},
    h('div', {class: 'field'}, h('label', {for: id}, 'Quantity'), quantity),
    result,
    when,
  );
  return {element, draw};
}
