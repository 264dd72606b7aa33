// TypeScript's declarations to shapes. A shape is plain data:
//   {is: 'string' | 'int' | 'float' | 'bool' | 'time' | 'decimal' | 'metadata' | 'any' | 'file'}
//   {is: 'enum', values} · {is: 'literal', value}
//   {is: 'object', members: [{name, shape, required, optional, empty}]}
//   {is: 'array' | 'map', of} · {is: 'any_of', options}
//   {is: 'reference' | 'embedded' | 'list', targets, deleted}
// `empty` of a member: null in a field, unset by the empty string in a parameter.
import ts from 'typescript';
import { is_time, number_kind } from './numbers.mjs';

const scalar = (is) => ({ is });

// A literal that stands alone is an enum of one word; literals proper are alternatives ("inf" or int).
function as_enum(shape) {
  if (shape?.is === 'literal') return { is: 'enum', values: [shape.value] };
  return shape?.of ? { ...shape, of: as_enum(shape.of) } : shape;
}

export class Types {
  constructor(program) {
    this.checker = program.getTypeChecker();
  }

  declaration_of(name_node) {
    let symbol = this.checker.getSymbolAtLocation(name_node);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = this.checker.getAliasedSymbol(symbol);
    const found = symbol?.declarations?.find(
      (d) => ts.isInterfaceDeclaration(d) || ts.isTypeAliasDeclaration(d));
    if (!found) throw new Error(`cannot resolve ${name_node.getText()}`);
    return found;
  }

  // The object name of a top-level interface with an `object` literal: {name, deleted} or nothing.
  resource_of(declaration) {
    if (!ts.isInterfaceDeclaration(declaration) || !ts.isSourceFile(declaration.parent)) return;
    if (declaration.name.text.endsWith('Params')) return;
    const member = (name) => declaration.members.find((m) => m.name?.getText() === name);
    const object = member('object');
    if (object) {
      if (!ts.isLiteralTypeNode(object.type)) return { name: undefined, deleted: true };  // v2
      return { name: object.type.literal.text, deleted: member('deleted')?.type.getText() === 'true' };
    }
    for (const parent of this.parents(declaration)) {
      const inherited = this.resource_of(parent);
      if (inherited) return inherited;
    }
  }

  parents(declaration) {
    return (declaration.heritageClauses ?? []).flatMap((clause) =>
      clause.types.map((type) => this.declaration_of(type.expression)));
  }

  members(declaration, where) {
    const own = declaration.members.filter(ts.isPropertySignature).map((m) => this.member(m, where));
    const inherited = (declaration.heritageClauses ? this.parents(declaration) : [])
      .filter((parent) => parent.name.text !== 'PaginationParams')
      .flatMap((parent) => this.members(parent, where));
    const names = new Set(own.map((m) => m.name));
    return [...own, ...inherited.filter((m) => !names.has(m.name))];
  }

  member(property, where) {
    const name = ts.isStringLiteral(property.name) ? property.name.text : property.name.getText();
    const { shape, empty } = this.convert(property.type, `${where}.${name}`);
    return { name, shape: as_enum(shape), empty, optional: property.questionToken !== undefined };
  }

  // Returns {shape, empty}; shape is undefined for `void`.
  convert(node, where) {
    switch (node.kind) {
      case ts.SyntaxKind.StringKeyword: return { shape: this.string_shape(where) };
      case ts.SyntaxKind.NumberKeyword: return { shape: scalar(number_kind(where)) };
      case ts.SyntaxKind.BooleanKeyword: return { shape: scalar('bool') };
      case ts.SyntaxKind.BigIntKeyword: return { shape: scalar('string') };
      case ts.SyntaxKind.AnyKeyword:
      case ts.SyntaxKind.UnknownKeyword: return { shape: scalar('any') };
      case ts.SyntaxKind.VoidKeyword: return {};
      case ts.SyntaxKind.ParenthesizedType: return this.convert(node.type, where);
      case ts.SyntaxKind.LiteralType: return this.convert_literal(node);
      case ts.SyntaxKind.TypeLiteral: return { shape: this.convert_type_literal(node, where) };
      case ts.SyntaxKind.ArrayType:
        return { shape: { is: 'array', of: this.convert(node.elementType, where).shape } };
      case ts.SyntaxKind.UnionType: return this.convert_union(node.types, where);
      case ts.SyntaxKind.TypeReference: return this.convert_reference(node, where);
      default: throw new Error(`${where}: ${ts.SyntaxKind[node.kind]}: ${node.getText()}`);
    }
  }

  // Times of v2 are RFC 3339 strings.
  string_shape(where) {
    return scalar(where.startsWith('v2.') && is_time(where.split('.').at(-1)) ? 'time' : 'string');
  }

  convert_literal(node) {
    const { literal } = node;
    if (literal.kind === ts.SyntaxKind.NullKeyword) return { empty: true };
    if (literal.kind === ts.SyntaxKind.TrueKeyword) return { shape: scalar('bool') };
    if (literal.kind === ts.SyntaxKind.FalseKeyword) return { shape: scalar('bool') };
    if (literal.text === '') return { empty: true };
    return { shape: { is: 'literal', value: literal.text } };
  }

  convert_type_literal(node, where) {
    const index = node.members.find(ts.isIndexSignatureDeclaration);
    if (index) return { is: 'map', of: this.convert(index.type, where).shape };
    return { is: 'object', members: this.members(node, where) };
  }

  convert_reference(node, where) {
    const name = node.typeName.getText().split('.').at(-1);
    const argument = () => node.typeArguments[0];
    switch (name) {
      case 'Array': return { shape: { is: 'array', of: this.convert(argument(), where).shape } };
      case 'Emptyable': return { ...this.convert(argument(), where), empty: true };
      case 'ApiList': return { shape: this.as_list(this.convert(argument(), where).shape) };
      case 'Metadata':
      case 'MetadataParam': return { shape: scalar('metadata') };
      case 'Decimal': return { shape: scalar('decimal') };
      case 'OtherString': return { other: true };
      case 'FileData':
      case 'Uint8Array':
      case 'Buffer': return { shape: scalar('file') };
    }
    const declaration = this.declaration_of(node.typeName);
    if (ts.isTypeAliasDeclaration(declaration)) return this.convert(declaration.type, where);
    const resource = this.resource_of(declaration);
    if (resource?.name) {
      return { shape: { is: 'embedded', targets: resource.deleted ? [] : [resource.name],
                        deleted: resource.deleted ? [resource.name] : [] } };
    }
    const members = this.members(declaration, where);
    // An event's data holds any object; the types say an empty one.
    if (members.length === 0 && where.startsWith('event.data')) return { shape: scalar('any') };
    return { shape: { is: 'object', members } };
  }

  as_list(shape) {
    if (shape.is !== 'embedded') throw new Error(`list of ${shape.is}`);
    return { ...shape, is: 'list' };
  }

  convert_union(nodes, where) {
    const parts = nodes.map((node) => this.convert(node, where));
    const empty = parts.some((part) => part.empty);
    const shapes = parts.map((part) => part.shape).filter(Boolean)
      .flatMap((shape) => (shape.is === 'any_of' ? shape.options : [shape]))
      .flatMap((shape) => (shape.is === 'enum' ? shape.values.map((value) => ({ is: 'literal', value }))
                                               : [shape]));
    const open = parts.some((part) => part.other);
    return { shape: this.unite(this.merge_embedded(shapes), open), empty };
  }

  // `Account | Card` is one embedded shape with two targets.
  merge_embedded(shapes) {
    const embedded = shapes.filter((shape) => shape.is === 'embedded');
    if (embedded.length < 2) return shapes;
    const merged = { is: 'embedded',
                     targets: [...new Set(embedded.flatMap((shape) => shape.targets))],
                     deleted: [...new Set(embedded.flatMap((shape) => shape.deleted))] };
    return [...shapes.filter((shape) => shape.is !== 'embedded'), merged];
  }

  unite(shapes, open) {
    const literals = shapes.filter((shape) => shape.is === 'literal');
    const rest = shapes.filter((shape) => shape.is !== 'literal');
    if (rest.length === 0) {
      if (literals.length === 0) return;
      return literals.length === 1 && !open ? literals[0]
        : { is: 'enum', values: [...new Set(literals.map((literal) => literal.value))] };
    }
    // `string | Customer` is a reference that expands.
    const embedded = rest.find((shape) => shape.is === 'embedded');
    if (rest.length === 2 && embedded && rest.some((shape) => shape.is === 'string')) {
      return { ...embedded, is: 'reference' };
    }
    const options = [...literals, ...rest];
    return options.length === 1 ? options[0] : { is: 'any_of', options };
  }
}
