// What is sold.
import {expanded_prices, price_text} from '../core/prices.js';
import {badge, button_link, moment, page, section} from '../ui/parts.js';
import {filters, list_page, pager, table} from '../ui/table.js';

function pricing(prices) {
  if (prices.length === 0) return 'No price';
  if (prices.length === 1) return price_text(prices[0]);
  return prices.length === 2 ? prices.map(price_text).join(' + ') : `${prices.length} prices`;
}

export async function render({query}) {
  const active = query.active ?? 'true';
  const [list, prices] = await Promise.all([
    list_page('/v1/products', {active: active === 'all' ? null : active}, query),
    expanded_prices({active: true}),
  ]);
  const prices_of = (product) => prices.filter((price) => price.product.id === product.id);
  return page(
    {
      title: 'Product catalog',
      testid: 'products',
      actions: button_link('/products/new', 'Create product', {
        kind: 'primary',
        testid: 'create-product',
      }),
    },
    section(
      {title: 'Products'},
      filters(
        [
          {
            name: 'active',
            label: 'Status',
            options: [
              ['', 'Active'],
              ['false', 'Archived'],
              ['all', 'All'],
            ],
          },
        ],
        query,
      ),
      table({
        caption: 'Products',
        testid: 'product-table',
        rows: list.data,
        href: (row) => `/products/${row.id}`,
        none: 'No products yet.',
        columns: [
          {label: 'Name', of: (row) => row.name},
          {label: 'Pricing', of: (row) => pricing(prices_of(row))},
          {label: 'Status', wide: true, of: (row) => badge(row.active ? 'active' : 'archived')},
          {label: 'Created', end: true, wide: true, of: (row) => moment(row.created)},
        ],
      }),
      pager(list, query),
    ),
  );
}
