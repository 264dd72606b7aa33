// Which account the dashboard shows: a secret key, remembered in this browser. A key is a whole
// world of its own, so choosing another one starts the page anew.

const chosen_name = 'okapi.key';
const known_name = 'okapi.keys';
export const usual_key = 'sk_test_okapi';

export function current_key() {
  return localStorage.getItem(chosen_name) ?? usual_key;
}

export function remembered_keys() {
  try {
    const keys = JSON.parse(localStorage.getItem(known_name) ?? '[]');
    return [...new Set([usual_key, current_key(), ...keys])];
  } catch {
    return [usual_key, current_key()];
  }
}

export function choose_key(key) {
  localStorage.setItem(known_name, JSON.stringify([...new Set([...remembered_keys(), key])]));
  localStorage.setItem(chosen_name, key);
  location.assign('/dashboard');
}
