// Add price, to a product that is there already.
import {get, list_all} from '../core/api.js';
import {h} from '../core/dom.js';
import {go} from '../core/router.js';
import {new_price, price_params} from '../core/price_draft.js';
import {form} from '../ui/form.js';
import {page, section} from '../ui/parts.js';
import {price_editor} from '../ui/price_editor.js';

export const live = false;

export async function render({params}) {
  const [product, meters] = await Promise.all([
    get(`/v1/products/${params.id}`),
    list_all('/v1/billing/meters', {status: 'active'}),
  ]);
  const draft = new_price();
  const editor = price_editor(draft, meters);
  const back = () => go(`/products/${product.id}`);
  const element = form(
    {
      testid: 'price-form',
      submit: 'Add price',
      steps: () => [
        {path: '/v1/prices', params: price_params(draft, product.id), save: 'PRICE_ID'},
      ],
      done: back,
      cancel: back,
    },
    editor.fields,
  );
  return page(
    {
      title: 'Add price',
      testid: 'add-price',
      trail: [
        ['Product catalog', '/products'],
        [product.name, `/products/${product.id}`],
      ],
    },
    h('div', {class: 'columns uneven'}, section({title: 'Pricing'}, element), editor.preview),
  );
}
