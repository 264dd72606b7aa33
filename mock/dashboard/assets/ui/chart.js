// Bar charts as SVG. The figures also stand in a table below for those who cannot see them.
import {h, svg} from '../core/dom.js';

const width = 720;
const left = 64;
const bottom = 28;
const top = 12;

// A round number at or above: 1, 2, 5 times a power of ten.
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value);
  return step * power;
}

// bars: [{label, values: [numbers, one a series], shown: text}]; series: names.
export function bar_chart({title, bars, series = [''], shown, height = 200, testid}) {
  const totals = bars.map((bar) => bar.values.reduce((sum, value) => sum + Math.max(value, 0), 0));
  const highest = ceiling(Math.max(0, ...totals));
  const scale = (value) => ((height - bottom - top) * value) / highest;
  const step = (width - left) / Math.max(bars.length, 1);
  const gap = Math.min(step * 0.3, 14);
  const every = Math.ceil(bars.length / 12);
  const lines = [0, highest / 2, highest].map((value) => {
    const y = height - bottom - scale(value);
    return [
      svg('line', {class: 'grid', x1: left, x2: width, y1: y, y2: y}),
      svg('text', {class: 'tick', x: left - 8, y: y + 4, 'text-anchor': 'end'}, shown(value)),
    ];
  });
  const columns = bars.map((bar, index) => {
    let y = height - bottom;
    const x = left + index * step + gap / 2;
    return svg(
      'g',
      {},
      svg('title', {}, `${bar.label}: ${bar.shown}`),
      svg('rect', {
        class: 'reach',
        x: left + index * step,
        y: top,
        width: step,
        height: height - bottom - top,
      }),
      bar.values.map((value, place) => {
        const tall = Math.max(scale(Math.max(value, 0)), 0);
        y -= tall;
        return svg('rect', {
          class: `bar series-${place % 6}`,
          x,
          y,
          width: Math.max(step - gap, 1),
          height: tall,
          rx: Math.min(3, tall / 2),
        });
      }),
      index % every === 0 &&
        svg(
          'text',
          {class: 'tick', x: x + (step - gap) / 2, y: height - 8, 'text-anchor': 'middle'},
          bar.label,
        ),
    );
  });
  const legend =
    series.length > 1 &&
    h(
      'ul',
      {class: 'legend'},
      series.map((name, place) => h('li', {}, h('i', {class: `series-${place % 6}`}), name)),
    );
  const rows = bars.filter((bar, index) => totals[index] !== 0);
  return h(
    'figure',
    {class: 'chart', testid},
    h('figcaption', {class: 'unseen'}, title),
    svg('svg', {viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true'}, lines, columns),
    legend,
    h(
      'ul',
      {class: 'unseen', testid: testid && `${testid}-figures`},
      rows.map((bar) => h('li', {}, `${bar.label}: ${bar.shown}`)),
    ),
  );
}
