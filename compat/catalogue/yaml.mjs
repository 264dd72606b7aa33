// Shapes to YAML in the format of the catalogue. Facts that recur get a name: objects that a file holds
// twice ($name, in its own `shapes`) and long enums of the whole API (enums.yaml).

const plain = /^[A-Za-z_][A-Za-z0-9_.\-]*$/;
const reserved = new Set(['true', 'false', 'yes', 'no', 'on', 'off', 'null', 'y', 'n']);
export const quote = (word) =>
  plain.test(word) && !reserved.has(word.toLowerCase()) ? word : `"${word}"`;

const long_enum = 9;   // values
const worth_a_name = 3;  // members, nested ones included

function visit_shapes(shape, name, seen) {
  if (is_range(shape)) return;
  seen(shape, name);
  for (const member of shape.members ?? []) visit_shapes(member.shape, member.name, seen);
  for (const option of shape.options ?? []) visit_shapes(option, name, seen);
  if (shape.of) visit_shapes(shape.of, name, seen);
}

const weight = (shape) =>
  (shape.members ?? []).reduce((sum, member) => sum + 1 + weight(member.shape), 0) +
  (shape.options ?? []).reduce((sum, option) => sum + weight(option), 0) +
  (shape.of ? weight(shape.of) : 0);

// A name for each key: the first wish that is free; then the last one with a number.
class Names {
  constructor() {
    this.by_key = new Map();
    this.taken = new Set();
  }
  name(key, wishes) {
    const known = this.by_key.get(key);
    if (known !== undefined) return known;
    let name = wishes.find((wish) => !this.taken.has(wish));
    for (let i = 2; name === undefined; ++i) {
      const numbered = `${wishes.at(-1)}_${i}`;
      if (!this.taken.has(numbered)) name = numbered;
    }
    this.taken.add(name);
    this.by_key.set(key, name);
    return name;
  }
}

// Words that say nothing without their object: an enum of them is named event_type, not type.
const vague = new Set(['brand', 'cancellation_reason', 'code', 'country', 'network', 'purpose', 'reason',
                       'status', 'type', 'types', 'version']);

export class EnumNames {
  constructor() {
    this.names = new Names();
    this.values = new Map();
  }
  name_of(values, word, subject) {
    const wishes = vague.has(word) ? [`${subject}_${word}`] : [word, `${subject}_${word}`];
    const name = this.names.name(values.join('|'), wishes);
    this.values.set(name, values);
    return name;
  }
  lines() {
    return [...this.values].sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, values]) => wrap(`${name}: `, values));
  }
}

// `key: [a, b, c]`, broken before column 110.
export function wrap(key, values) {
  const lines = [];
  let line = `${key}[`;
  const indent = ' '.repeat(key.length - key.trimStart().length + 2);
  values.forEach((value, i) => {
    const word = quote(value) + (i + 1 < values.length ? ', ' : ']');
    if (line.length + word.length > 110) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += word;
  });
  lines.push(values.length ? line : `${line}]`);
  return lines;
}

export class FileWriter {
  // `roots`: [name, shape] of everything the file will print, to find what recurs. `subject`: what the
  // file is about, for names of enums.
  constructor(enums, roots, subject) {
    this.enums = enums;
    this.subject = subject;
    this.names = new Names();
    this.lines = [];
    const counts = new Map();
    for (const [name, root] of roots) {
      visit_shapes(root, name, (shape, near) => {
        if (shape.is !== 'object' || is_range(shape) || shape === root || weight(shape) < worth_a_name) return;
        const key = JSON.stringify(shape);
        const entry = counts.get(key) ?? { count: 0, name: near, shape };
        entry.count += 1;
        counts.set(key, entry);
      });
    }
    this.shared = new Map([...counts].filter(([, entry]) => entry.count > 1));
  }

  write_shapes() {
    if (this.shared.size === 0) return;
    for (const [key, { name }] of this.shared) this.names.name(key, [name]);
    this.lines.push('shapes:');
    for (const [key, { shape }] of this.shared) {
      this.lines.push(`  ${this.names.by_key.get(key)}:`);
      this.write_members(shape.members, 4);
    }
  }

  write_members(members, indent) {
    for (const member of members) this.write_member(member, indent);
  }

  write_member(member, indent) {
    let { shape } = member;
    let key = member.name;
    for (; shape.of; shape = shape.of) key += shape.is === 'array' ? '[]' : '{}';
    const options = shape.is === 'any_of' && !this.inline(shape, member.name);
    if (options) key += '|';
    if (member.required) key += '*';
    else if (member.optional) key += '?';
    if (member.empty) key += '~';
    this.write_value(key, shape, member.name, indent);
  }

  write_value(key, shape, name, indent) {
    const pad = ' '.repeat(indent);
    const text = this.inline(shape, name);
    if (text !== undefined && indent + key.length + text.length + 2 <= 110) {
      this.lines.push(`${pad}${key}: ${text}`);
    } else if (shape.is === 'enum') {
      this.lines.push(...wrap(`${pad}${key}: `, shape.values));
    } else if (shape.is === 'any_of') {
      this.lines.push(`${pad}${key}:`);
      shape.options.forEach((option) => this.write_option(option, name, indent + 2));
    } else if (text !== undefined) {
      this.lines.push(`${pad}${key}:`, `${pad}  ${text}`);
    } else {
      this.lines.push(`${pad}${key}:`);
      this.write_members(shape.members, indent + 2);
    }
  }

  write_option(option, name, indent) {
    if (option.of) throw new Error(`${name}: an array among alternatives has no notation yet`);
    const pad = ' '.repeat(indent);
    const text = this.inline(option, name);
    if (text !== undefined) {
      this.lines.push(`${pad}- ${text}`);
      return;
    }
    const first = this.lines.length;
    this.write_members(option.members, indent + 2);
    this.lines[first] = `${pad}- ${this.lines[first].trimStart()}`;
  }

  // The value on one line; undefined when it needs a block.
  inline(shape, name) {
    switch (shape.is) {
      case 'enum':
        return shape.values.length >= long_enum ? `$${this.enums.name_of(shape.values, name, this.subject)}`
          : `[${shape.values.map(quote).join(', ')}]`;
      case 'literal': return `=${shape.value}`;
      case 'reference': return `->${this.targets(shape)}`;
      case 'embedded': return `<${this.targets(shape)}>`;
      case 'list': return `list of <${this.targets(shape)}>`;
      case 'string': return shape.length ? `string(${shape.length})` : 'string';
      case 'any_of': return this.inline_options(shape, name);
      case 'object': return this.inline_object(shape, name);
      case 'array': case 'map': return undefined;
      default: return shape.is;
    }
  }

  targets({ targets, deleted }) {
    return [...targets, ...deleted.map((name) => `deleted ${name}`)].join(' | ');
  }

  inline_options(shape, name) {
    if (is_range(shape)) {
      return shape.options.some((option) => option.is === 'time') ? 'range' : 'range of int';
    }
    const options = shape.options.map((option) =>
      option.is === 'enum' || option.is === 'object' || option.of ? undefined
        : this.inline(option, name));
    return options.includes(undefined) ? undefined : options.join(' | ');
  }

  inline_object(shape, name) {
    if (shape.members.length === 0) return '{}';
    if (is_range(shape)) return 'range';
    const key = JSON.stringify(shape);
    if (this.shared.has(key)) return `$${this.names.by_key.get(key)}`;
    const members = shape.members.map((member) => this.inline_member(member));
    if (members.includes(undefined)) return undefined;
    const text = `{${members.join(', ')}}`;
    return text.length <= 80 ? text : undefined;
  }

  // Flow mappings allow no brackets and question marks in keys, nor values with commas.
  inline_member({ name, shape, required, optional, empty }) {
    if (optional || shape.of || ['any_of', 'object', 'list'].includes(shape.is)) return undefined;
    const mark = (required ? '*' : '') + (empty ? '~' : '');
    return `${name}${mark}: ${this.inline(shape, name)}`;
  }
}

// {gt, gte, lt, lte} and mostly an exact number too: the filter of lists on times (and on one amount).
function is_range(shape) {
  if (shape.is === 'any_of') return shape.options.length === 2 && shape.options.some(is_range);
  return shape.members?.map((member) => member.name).sort().join() === 'gt,gte,lt,lte';
}
