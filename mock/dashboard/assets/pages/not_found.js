import {page} from '../ui/parts.js';
import {link} from '../core/dom.js';

export const live = false;

export function render() {
  return page(
    {title: 'No such page', note: 'The dashboard has no page at this address.'},
    link('/', 'Home'),
  );
}
