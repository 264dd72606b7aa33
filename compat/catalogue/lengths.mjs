// Maximum lengths of string parameters, which the types do not carry, from Stripe's OpenAPI document
// of 2024-04-10. Operations that are younger have none; 5000 is the rule and is left out.
import fs from 'node:fs';

export const usual_length = 5000;

function collect(schema, where, lengths) {
  if (schema.maxLength && schema.maxLength !== usual_length) {
    lengths.set(where, Math.max(schema.maxLength, lengths.get(where) ?? 0));
  }
  for (const option of schema.anyOf ?? []) collect(option, where, lengths);
  if (schema.items) collect(schema.items, where, lengths);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    collect(property, where === '' ? name : `${where}.${name}`, lengths);
  }
}

const without_names = (path) => path.replace(/\{\w+\}/g, '{}');

// Map of 'POST /v1/customers/{}' to a map of 'shipping.phone' to its length.
export function read_lengths(file) {
  const document = JSON.parse(fs.readFileSync(file, 'utf8'));
  const result = new Map();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const lengths = new Map();
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === 'query') collect(parameter.schema, parameter.name, lengths);
      }
      for (const content of Object.values(operation.requestBody?.content ?? {})) {
        collect(content.schema, '', lengths);
      }
      result.set(`${method.toUpperCase()} ${without_names(path)}`, lengths);
    }
  }
  return result;
}

// Writes the lengths into the string shapes of an operation's parameters.
export function set_lengths(operation, lengths) {
  const known = lengths.get(`${operation.verb} ${without_names(operation.path)}`);
  if (!known?.size) return;
  const visit = (shape, where) => {
    if (shape.is === 'string' && known.has(where)) shape.length = known.get(where);
    for (const member of shape.members ?? []) {
      visit(member.shape, where === '' ? member.name : `${where}.${member.name}`);
    }
    for (const option of shape.options ?? []) visit(option, where);
    if (shape.of) visit(shape.of, where);
  };
  visit({ is: 'object', members: operation.params }, '');
}
