// The tiers of a price: First unit (which follows), Last unit, Per unit, Flat rate; the last row has
// no end.
import {h} from '../core/dom.js';
import {tier_bounds} from '../core/price_draft.js';
import {button} from './parts.js';

function cell_input(tier, key, {name, label, testid, changed, ...attributes}) {
  const input = h('input', {
    name,
    type: 'text',
    value: tier[key],
    inputmode: 'decimal',
    autocomplete: 'off',
    class: 'amount',
    'aria-label': label,
    testid,
    ...attributes,
  });
  input.addEventListener('input', () => {
    tier[key] = input.value.trim();
    changed();
  });
  return h('td', {'data-param': name}, input, h('p', {class: 'field-error', hidden: true}));
}

function tier_row(draft, index, {changed, redraw, first_cells}) {
  const tier = draft.tiers[index];
  const number = index + 1;
  const is_last = index === draft.tiers.length - 1;
  const currency = draft.currency.toUpperCase();
  const first = h('td', {class: 'end', testid: `first-unit-${number}`});
  first_cells.push(first);
  return h(
    'tr',
    {'data-param': `tiers[${index}]`},
    first,
    is_last
      ? h('td', {class: 'end', testid: `last-unit-${number}`}, '∞')
      : cell_input(tier, 'up_to', {
          name: `tiers[${index}][up_to]`,
          label: `Last unit of tier ${number}`,
          testid: `last-unit-${number}`,
          changed,
        }),
    cell_input(tier, 'unit', {
      name: `tiers[${index}][unit_amount_decimal]`,
      label: `Per unit of tier ${number}, ${currency}`,
      testid: `per-unit-${number}`,
      placeholder: '0.00',
      changed,
    }),
    cell_input(tier, 'flat', {
      name: `tiers[${index}][flat_amount_decimal]`,
      label: `Flat rate of tier ${number}, ${currency}`,
      testid: `flat-rate-${number}`,
      placeholder: '0.00',
      changed,
    }),
    h(
      'td',
      {},
      draft.tiers.length > 1 &&
        button('×', {
          kind: 'quiet small',
          name: `Remove tier ${number}`,
          action: () => {
            draft.tiers.splice(index, 1);
            draft.tiers.at(-1).up_to = 'inf';
            redraw();
          },
        }),
    ),
  );
}

export function tier_table(draft, changed, redraw) {
  const first_cells = [];
  const follow = () => {
    tier_bounds(draft.tiers).forEach(({first}, index) => {
      first_cells[index].textContent = first;
    });
    changed();
  };
  const rows = draft.tiers.map((_, index) =>
    tier_row(draft, index, {changed: follow, redraw, first_cells}),
  );
  const heads = ['First unit', 'Last unit', 'Per unit', 'Flat rate'];
  const table = h(
    'table',
    {class: 'tiers', testid: 'tiers'},
    h('caption', {class: 'unseen'}, 'Tiers'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        heads.map((head) => h('th', {scope: 'col'}, head)),
        h('th', {}, h('span', {class: 'unseen'}, 'Remove')),
      ),
    ),
    h('tbody', {}, rows),
  );
  tier_bounds(draft.tiers).forEach(({first}, index) => (first_cells[index].textContent = first));
  return h(
    'div',
    {class: 'stack', 'data-param': 'tiers'},
    h('div', {class: 'table-frame'}, table),
    h('p', {class: 'field-error', hidden: true}),
    h(
      'div',
      {},
      button('Add another tier', {
        kind: 'small',
        testid: 'add-tier',
        action: () => {
          draft.tiers.at(-1).up_to = '';
          draft.tiers.push({up_to: 'inf', unit: '', flat: ''});
          redraw();
        },
      }),
    ),
  );
}
