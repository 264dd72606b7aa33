// Bodies of logged requests, as they were sent: a form or JSON.
import {pairs_of} from './api.js';

export function pairs_of_body(body) {
  if (body.trimStart().startsWith('{')) {
    try {
      return pairs_of(JSON.parse(body));
    } catch {
      return [];
    }
  }
  return [...new URLSearchParams(body)];
}
