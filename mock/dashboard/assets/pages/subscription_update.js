// Update subscription: other prices and quantities, with what the change costs before it is made.
import {get} from '../core/api.js';
import {h} from '../core/dom.js';
import {now} from '../core/live.js';
import {expanded_prices} from '../core/prices.js';
import {go} from '../core/router.js';
import {form, select_field, text_field, value_of} from '../ui/form.js';
import {page, section} from '../ui/parts.js';
import {preview_section} from '../ui/preview.js';
import {item_params, item_rows} from '../ui/subscription_items.js';

export const live = false;

const proration = [
  ['create_prorations', 'Put the difference on the next invoice'],
  ['always_invoice', 'Invoice the difference now'],
  ['none', 'Charge and credit nothing'],
];

export async function render({params}) {
  const [subscription, prices] = await Promise.all([
    get(`/v1/subscriptions/${params.id}`),
    expanded_prices({active: true, type: 'recurring'}),
  ]);
  const items = subscription.items.data.map((item) => ({
    id: item.id,
    price: item.price.id,
    quantity: item.quantity === undefined ? null : String(item.quantity),
  }));
  // The preview and the change take the same moment, so that they say the same.
  const proration_date = now();
  const read = (name) => value_of(element, name);
  const preview = preview_section({
    title: 'Invoice after the change',
    testid: 'proration-preview',
    params: () => ({
      subscription: subscription.id,
      subscription_details: {
        items: item_params(items, prices),
        proration_behavior: read('proration_behavior'),
        proration_date: read('proration_behavior') === 'none' ? null : proration_date,
      },
    }),
  });
  const back = () => go(`/subscriptions/${subscription.id}`);
  const element = form(
    {
      testid: 'subscription-update-form',
      submit: 'Update subscription',
      steps: () => [
        {
          path: `/v1/subscriptions/${subscription.id}`,
          params: {
            items: item_params(items, prices),
            proration_behavior: read('proration_behavior'),
            proration_date: read('proration_behavior') === 'none' ? null : proration_date,
            description: read('description') ?? '',
          },
        },
      ],
      done: back,
      cancel: back,
    },
    item_rows({items, prices, changed: () => preview.draw()}),
    select_field('Proration', 'proration_behavior', proration, {
      testid: 'proration-behavior',
      on: {change: () => preview.draw()},
    }),
    text_field('Description', 'description', {value: subscription.description ?? ''}),
  );
  await preview.draw();
  return page(
    {
      title: 'Update subscription',
      testid: 'update-subscription-page',
      trail: [
        ['Subscriptions', '/subscriptions'],
        [subscription.id, `/subscriptions/${subscription.id}`],
      ],
    },
    h('div', {class: 'columns uneven'}, section({title: 'Change'}, element), preview.element),
  );
}
