// The Add price page: pricing model, price or tiers, billing period, meter, and a preview that says
// what a quantity would cost. Changes the draft (core/price_draft.js) as it is typed in.
import {h} from '../core/dom.js';
import {currencies} from '../core/money.js';
import {is_metered, is_one_time, is_package, is_tiered, periods} from '../core/price_draft.js';
import {choice, field, select_input, text_input} from './form.js';
import {meter_field} from './meter_field.js';
import {price_preview} from './price_preview.js';
import {tier_table} from './tier_table.js';

const models = [
  ['flat', 'Flat rate', 'A fixed amount for each unit'],
  ['package', 'Package', 'By the package of units'],
  ['volume', 'Volume', 'The tier reached prices all units'],
  ['graduated', 'Graduated', 'Each tier prices its own units'],
  ['usage', 'Usage-based', 'By what a meter counted'],
];
const usages = [
  ['per_unit', 'Per unit'],
  ['per_package', 'Per package'],
  ['per_tier', 'Per tier'],
];
const tier_modes = [
  ['volume', 'Volume'],
  ['graduated', 'Graduated'],
];

// An input that writes what is typed into the draft.
function bound(draft, key, name, changed, attributes = {}) {
  const input = text_input(name, {value: draft[key], ...attributes});
  input.addEventListener('input', () => {
    draft[key] = input.value.trim();
    changed();
  });
  return input;
}

function bound_select(draft, key, name, options, changed, attributes = {}) {
  const select = select_input(name, options, {value: draft[key], ...attributes});
  select.addEventListener('change', () => {
    draft[key] = select.value;
    changed();
  });
  return select;
}

function model_fields(draft, redraw) {
  const pick = (key) => (picked) => {
    draft[key] = picked;
    redraw();
  };
  return [
    choice('Choose your pricing model', 'model', models, {
      value: draft.model,
      on_change: pick('model'),
      wide: true,
    }),
    is_metered(draft) &&
      choice('Charge for usage', 'usage', usages, {value: draft.usage, on_change: pick('usage')}),
    is_metered(draft) &&
      is_tiered(draft) &&
      choice('Tiers', 'tiers_mode', tier_modes, {
        value: draft.tiers_mode,
        on_change: pick('tiers_mode'),
      }),
  ];
}

function amount_fields(draft, changed) {
  return h(
    'div',
    {class: 'row'},
    field(
      is_package(draft) ? 'Amount per package' : 'Amount',
      bound(draft, 'amount', 'unit_amount_decimal', changed, {
        inputmode: 'decimal',
        class: 'amount',
        testid: 'amount',
      }),
    ),
    is_package(draft) &&
      field(
        'Units per package',
        bound(draft, 'package_size', 'transform_quantity[divide_by]', changed, {
          inputmode: 'numeric',
          testid: 'package-size',
        }),
      ),
    is_package(draft) &&
      field(
        'Round',
        bound_select(
          draft,
          'round',
          'transform_quantity[round]',
          [
            ['up', 'up to whole packages'],
            ['down', 'down to whole packages'],
          ],
          changed,
        ),
      ),
  );
}

function price_fields(draft, changed, redraw) {
  const currency = field(
    'Currency',
    bound_select(
      draft,
      'currency',
      'currency',
      currencies.map((code) => [code, code.toUpperCase()]),
      redraw,
      {testid: 'currency'},
    ),
  );
  const recurs = draft.model === 'flat' || draft.model === 'package';
  return h(
    'fieldset',
    {class: 'form'},
    h('legend', {}, 'Price'),
    recurs &&
      choice(
        'Type',
        'type',
        [
          ['recurring', 'Recurring'],
          ['one_time', 'One-off'],
        ],
        {
          value: draft.one_time ? 'one_time' : 'recurring',
          on_change: (picked) => {
            draft.one_time = picked === 'one_time';
            redraw();
          },
        },
      ),
    h('div', {class: 'row'}, currency, !is_one_time(draft) && period_field(draft, changed)),
    is_tiered(draft) ? tier_table(draft, changed, redraw) : amount_fields(draft, changed),
  );
}

export function period_field(draft, changed = () => {}) {
  return field(
    'Billing period',
    bound_select(draft, 'period', 'recurring[interval]', periods, changed, {testid: 'period'}),
  );
}

function more_fields(draft, changed) {
  return h(
    'details',
    {'data-key': 'more', open: Boolean(draft.nickname || draft.lookup_key)},
    h('summary', {}, 'More'),
    h(
      'div',
      {class: 'row'},
      field('Price description', bound(draft, 'nickname', 'nickname', changed)),
      field('Lookup key', bound(draft, 'lookup_key', 'lookup_key', changed)),
      field(
        'Tax',
        bound_select(
          draft,
          'tax_behavior',
          'tax_behavior',
          [
            ['', 'Unspecified'],
            ['exclusive', 'Comes on top'],
            ['inclusive', 'Is inside'],
          ],
          changed,
        ),
      ),
    ),
  );
}

// Gives {fields, preview}; both follow the draft.
export function price_editor(draft, meters) {
  const fields = h('div', {class: 'form'});
  const preview = price_preview(draft);
  const draw = () => {
    const focused = fields.contains(document.activeElement)
      ? document.activeElement.dataset.testid
      : null;
    fields.replaceChildren(
      ...[
        model_fields(draft, draw),
        price_fields(draft, preview.draw, draw),
        is_metered(draft) && meter_field(draft, meters, draw),
        more_fields(draft, preview.draw),
      ]
        .flat()
        .filter(Boolean),
    );
    if (focused) fields.querySelector(`[data-testid="${focused}"]`)?.focus();
    preview.draw();
  };
  draw();
  return {fields, preview: preview.element};
}
