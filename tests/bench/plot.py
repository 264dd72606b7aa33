"""Small charts on one page of SVG: cost over stored objects, both logarithmic, with the line that a
path may not leave upwards. Readable on light and on dark paper."""
import math
from xml.sax.saxutils import escape

COLUMNS = 4
WIDTH, HEIGHT = 220, 160  # of a chart with its title
LEFT, RIGHT, TOP, BOTTOM = 54, 14, 30, 26  # inside it
STYLE = '''
    text { font: 11px sans-serif; fill: #57606a; }
    .name { font-weight: 600; fill: #1f2328; }
    .grid { stroke: #d8dee4; }
    .limit { stroke: #8c959f; stroke-dasharray: 3 3; fill: none; }
    .cost { stroke: #0969da; stroke-width: 2; fill: none; }
    .dot { fill: #0969da; }
    @media (prefers-color-scheme: dark) {
      text { fill: #9198a1; }
      .name { fill: #f0f6fc; }
      .grid { stroke: #3d444d; }
      .limit { stroke: #656c76; }
      .cost { stroke: #4493f8; }
      .dot { fill: #4493f8; }
    }'''


def chart(name, costs, limit, told, left, top):
    sizes = sorted(costs)
    values = list(costs.values())
    low = math.floor(math.log10(min(values)))
    high = max(low + 3, math.ceil(math.log10(max(values))))
    first, last = math.log10(sizes[0]), max(math.log10(sizes[-1]), math.log10(sizes[0]) + 1)

    def x(size):
        return left + LEFT + (math.log10(size) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(value):
        share = (math.log10(value) - low) / (high - low)
        return top + HEIGHT - BOTTOM - min(share, 1) * (HEIGHT - TOP - BOTTOM)
    out = []
    out.append(f'<text class="name" x="{left + 10}" y="{top + 16}">{escape(name)}</text>')
    for decade in range(low, high + 1):
        at = y(10 ** decade)
        out.append(f'<line class="grid" x1="{left + LEFT}" x2="{left + WIDTH - RIGHT}" '
                   f'y1="{at:.1f}" y2="{at:.1f}"/>')
        if high - low < 5 or (decade - low) % 2 == 0:
            out.append(f'<text text-anchor="end" x="{left + LEFT - 5}" y="{at + 4:.1f}">'
                       f'{escape(told(10 ** decade))}</text>')
    for size in sizes:
        out.append(f'<text text-anchor="middle" x="{x(size):.1f}" y="{top + HEIGHT - 8}">'
                   f'{short(size)}</text>')
    for kind, of in (('limit', limit), ('cost', costs.get)):
        points = ' '.join(f'{x(size):.1f},{y(of(size)):.1f}' for size in sizes)
        out.append(f'<polyline class="{kind}" points="{points}"/>')
    for size in sizes:
        out.append(f'<circle class="dot" cx="{x(size):.1f}" cy="{y(costs[size]):.1f}" r="3"/>')
    return out


def short(size):
    return f'{size // 1_000_000}M' if size >= 1_000_000 else f'{size // 1000}k'


def page(charts, told):
    """`charts`: name, law, costs by size, and the greatest cost allowed at a size."""
    rows = math.ceil(len(charts) / COLUMNS)
    width, height = COLUMNS * WIDTH, rows * HEIGHT
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" role="img" '
           'aria-label="Cost of each path over the number of stored objects">',
           f'  <style>{STYLE}\n  </style>']
    for number, (name, _, costs, limit) in enumerate(charts):
        left, top = number % COLUMNS * WIDTH, number // COLUMNS * HEIGHT
        out += [f'  {line}' for line in chart(name, costs, limit, told, left, top)]
    return '\n'.join([*out, '</svg>', ''])
