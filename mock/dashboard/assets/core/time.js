// Times are unix seconds and are shown in UTC, as the API means them.

export const minute = 60;
export const hour = 3600;
export const day = 86400;

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const two = (number) => String(number).padStart(2, '0');

export function day_text(seconds) {
  if (!seconds) return '—';
  const at = new Date(seconds * 1000);
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

export function clock_text(seconds) {
  const at = new Date(seconds * 1000);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

export function time_text(seconds) {
  return seconds ? `${day_text(seconds)}, ${clock_text(seconds)}` : '—';
}

// Whole days without their midnight.
export function short_time(seconds) {
  if (!seconds) return '—';
  return seconds % day === 0 ? day_text(seconds) : time_text(seconds).slice(0, -3);
}

export function period_text(period) {
  return period.start === period.end
    ? short_time(period.start)
    : `${short_time(period.start)} – ${short_time(period.end)}`;
}

export function month_text(seconds) {
  const at = new Date(seconds * 1000);
  return `${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

// The same day `count` months on, clipped to the last of the month.
export function add_months(seconds, count) {
  const at = new Date(seconds * 1000);
  const first = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + count, 1);
  const last_day = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + count + 1, 0));
  const wanted = Math.min(at.getUTCDate(), last_day.getUTCDate());
  return first / 1000 + (wanted - 1) * day + (seconds % day);
}

export function month_start(seconds) {
  const at = new Date(seconds * 1000);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1) / 1000;
}

// To and from the text of <input type=date> and <input type=datetime-local>.
export const to_date_input = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
export const to_time_input = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16);
export function from_input(text) {
  if (!text) return null;
  const at = Date.parse(text.length === 10 ? `${text}T00:00:00Z` : `${text}Z`);
  return Number.isNaN(at) ? text : Math.floor(at / 1000);
}

// "in 3 days", "2 hours ago", against the account's clock.
export function distance(seconds, now) {
  const ahead = seconds - now;
  const size = Math.abs(ahead);
  const [unit, length] =
    size >= 2 * day ? ['day', day] : size >= 2 * hour ? ['hour', hour] : ['minute', minute];
  const count = Math.round(size / length);
  if (count === 0) return 'now';
  const text = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return ahead > 0 ? `in ${text}` : `${text} ago`;
}
