// What okapi does of the API, operation by operation.
import {get} from '../core/api.js';
import {h, svg} from '../core/dom.js';
import {badge, code, page, section} from '../ui/parts.js';
import {filters, table} from '../ui/table.js';

const words = ['behaviour', 'storage', 'missing'];
const meaning = {
  behaviour: 'does what Stripe does',
  storage: 'keeps, lists and changes plain objects',
  missing: 'answers 501 and says so',
};
const series = {behaviour: 1, storage: 2, missing: 0};

function share_bar(summary) {
  const total = words.reduce((sum, word) => sum + summary[word], 0);
  let x = 0;
  return h(
    'div',
    {class: 'meter-bar'},
    svg(
      'svg',
      {viewBox: `0 0 ${total} 1`, preserveAspectRatio: 'none', 'aria-hidden': 'true'},
      words.map((word) => {
        const from = x;
        x += summary[word];
        return svg('rect', {
          class: `series-${series[word]}`,
          x: from,
          y: 0,
          width: summary[word],
          height: 1,
        });
      }),
    ),
  );
}

export async function render({query}) {
  const {summary, operations} = await get('/_okapi/coverage');
  const rows = operations
    .filter((row) => !query.coverage || row.coverage === query.coverage)
    .filter((row) => !query.search || row.operation.includes(query.search.toLowerCase()));
  return page(
    {title: 'Coverage', testid: 'coverage'},
    h(
      'div',
      {class: 'figures'},
      words.map((word) =>
        h(
          'div',
          {class: 'figure'},
          h('small', {}, word),
          h('strong', {testid: `count-${word}`}, summary[word]),
          h('small', {}, meaning[word]),
        ),
      ),
    ),
    share_bar(summary),
    section(
      {title: `Operations (${rows.length})`},
      filters(
        [
          {
            name: 'coverage',
            label: 'Coverage',
            options: [['', 'All'], ...words.map((word) => [word, word])],
          },
          {name: 'search', label: 'Name holds', placeholder: 'invoices'},
        ],
        query,
      ),
      table({
        caption: 'Operations',
        stacked: true,
        testid: 'coverage-table',
        rows,
        none: 'No operation matches.',
        columns: [
          {label: 'Operation', of: (row) => code(row.operation)},
          {label: 'Request', of: (row) => code(`${row.method} ${row.path}`)},
          {label: 'Coverage', end: true, of: (row) => badge(row.coverage)},
        ],
      }),
    ),
  );
}
