// Bar charts as SVG. The figures also stand in a table below for those who cannot see them.
import {h, svg} from '../core/dom.js';

const width = 720;
const left = 64;
const bottom = 28;
const top = 12;

// Lines at round numbers, 1, 2 or 5 times a power of ten apart, the highest at or above the value.
function lines_to(value) {
  if (value <= 0) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(value / 4));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power * 4 >= value);
  return Array.from({length: Math.ceil(value / step) + 1}, (_, index) => index * step);
}

// bars: [{label, values: [numbers, one a series], shown: text}]; series: names.
export function bar_chart({title, bars, series = [''], shown, height = 200, testid}) {
  const totals = bars.map((bar) => bar.values.reduce((sum, value) => sum + Math.max(value, 0), 0));
  const marks = lines_to(Math.max(0, ...totals));
  const highest = marks.at(-1);
  const scale = (value) => ((height - bottom - top) * value) / highest;
  const step = (width - left) / Math.max(bars.length, 1);
  const gap = Math.min(step * 0.3, 14);
  const every = Math.ceil(bars.length / 12);
  const lines = marks.map((value) => {
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
    h(
      'div',
      {class: 'chart-frame'},
      svg('svg', {viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true'}, lines, columns),
    ),
    legend,
    h(
      'ul',
      {class: 'unseen', testid: testid && `${testid}-figures`},
      rows.map((bar) => h('li', {}, `${bar.label}: ${bar.shown}`)),
    ),
  );
}
