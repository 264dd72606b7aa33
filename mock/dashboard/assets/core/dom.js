// Makes elements. Everything a user typed goes through here as text, never as markup.

const svg_space = 'http://www.w3.org/2000/svg';

function fill(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

// `on` holds listeners, `testid` is data-testid, `value` and `checked` are properties; true is an
// attribute without a value, false and null are none.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  fill(element, children);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) {
        element.addEventListener(event, listener);
      }
    } else if (name === 'testid') {
      element.setAttribute('data-testid', value);
    } else if (name === 'value' || name === 'checked') {
      element[name] = value;
      if (name === 'value' && element.tagName === 'INPUT') element.setAttribute('value', value);
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  return element;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(svg_space, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    element.setAttribute(name === 'testid' ? 'data-testid' : name, value);
  }
  return fill(element, children);
}

let last_id = 0;
export function fresh_id(prefix) {
  last_id += 1;
  return `${prefix}-${last_id}`;
}

// A way to another page of the dashboard; the router takes the click.
export function link(href, ...children) {
  return h('a', {href: `/dashboard${href}`}, ...children);
}
