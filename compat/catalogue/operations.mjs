// The client's method calls to operations: verb, path, parameters and answer.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export const snake_case = (name) =>
  name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2').toLowerCase();

const parse = (file) =>
  ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);

function request_calls(method) {
  const calls = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && /^this\._makeRequest$/.test(node.expression.getText())) {
      calls.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(method);
  return calls;
}

// `/v1/customers/${encodeURIComponent(id)}` becomes /v1/customers/{id}.
function path_of(argument) {
  const text = argument.getText().slice(1, -1);
  const result = text.replace(/\$\{encodeURIComponent\((\w+)\)\}/g, (_, name) => `{${snake_case(name)}}`);
  if (result.includes('$')) throw new Error(`path of ${text}`);
  return result;
}

// [{class_name, method, verb, path}] of one compiled resource file.
export function read_calls(js_file) {
  const found = [];
  for (const statement of parse(js_file).statements) {
    if (!ts.isClassDeclaration(statement)) continue;
    for (const method of statement.members.filter(ts.isMethodDeclaration)) {
      // accounts.retrieve() without an id asks /v1/account, which retrieve_current is for.
      const calls = request_calls(method).slice(0, 1);
      for (const call of calls) {
        found.push({ class_name: statement.name.text, method: method.name.text,
                     verb: call.arguments[0].text, path: path_of(call.arguments[1]) });
      }
    }
  }
  return found.filter((call) => call.path.startsWith('/'));
}

// The declaration of a method: parameters and answer of its first overload.
export function find_method(source_file, class_name, method) {
  const declared = source_file.statements.find(
    (s) => ts.isClassDeclaration(s) && s.name.text === class_name);
  return declared.members.find((m) => ts.isMethodDeclaration(m) && m.name.getText() === method);
}

export function read_params(types, declaration, where) {
  const params = declaration.parameters.find((p) => p.name.getText() === 'params');
  if (!params) return [];
  const { shape } = types.convert(params.type, where);
  if (shape.is !== 'object') throw new Error(`${where}: parameters are ${shape.is}`);
  return shape.members;
}

// {form: 'object' | 'list' | 'search' | 'binary' | 'none', shape}
export function read_response(types, declaration, where) {
  let node = declaration.type;
  let form = 'object';
  for (;;) {
    const name = node.typeName?.getText();
    if (name === 'StripeStreamResponse') return { form: 'binary' };
    if (node.kind === ts.SyntaxKind.VoidKeyword) return { form: 'none' };
    if (name === 'ApiListPromise' || name === 'V2ListPromise') form = 'list';
    else if (name === 'ApiSearchResultPromise') form = 'search';
    else if (name !== 'Promise' && name !== 'Response') break;
    [node] = node.typeArguments;
  }
  if (node.typeName?.getText() === 'DeletedObject') return { form: 'deleted' };
  return { form, shape: types.convert(node, where).shape };
}

const literal_prefix = (url) => url.split('/{')[0];

function common_prefix(paths) {
  const [first, ...others] = paths.map((p) => p.split('/'));
  let length = 0;
  while (length < first.length && others.every((p) => p[length] === first[length])) ++length;
  return first.slice(0, length).filter((part) => !part.startsWith('{')).join('/');
}

// The literal part of the path before the first id that most calls of a class have; the shorter of two.
function usual_prefix(calls) {
  const counts = new Map();
  for (const { path: url } of calls) {
    const prefix = literal_prefix(url);
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].length - b[0].length)[0][0];
}

// Names each class by the path of its URL; where that belongs to several classes
// (/v2/core/accounts/{id}/persons), by the whole common path without its ids.
export function name_classes(calls_by_class) {
  const names = new Map();
  for (const [key, calls] of calls_by_class) names.set(key, usual_prefix(calls));
  const shared = [...names.values()].filter((name, i, all) => all.indexOf(name) !== i);
  for (const [key, calls] of calls_by_class) {
    if (shared.includes(names.get(key))) names.set(key, common_prefix(calls.map((c) => c.path)));
    if (key === 'OAuthResource') names.set(key, '/oauth');
    names.set(key, names.get(key).replace(/^\/(v1\/)?/, ''));
  }
  return names;
}

export const list_files = (folder, suffix) =>
  fs.readdirSync(folder, { recursive: true }).map(String).filter((f) => f.endsWith(suffix)).sort()
    .map((f) => path.join(folder, f));
