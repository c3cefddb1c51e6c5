// Generates proto/generated/ from the .proto files; run by scripts/generate-proto.
//
//   messages.js    static protobufjs code, without comments: daemons load it whole, so it is kept small
//   messages.d.ts  its types, with the comments of the .proto files
//   descriptor.js  names, labels, types and defaults for the JSON codec, as one string of JSON (and its .d.ts)
//   .inputs        hash of everything above was made from
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import protobuf from 'protobufjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'proto/generated');
const outputs = ['messages.js', 'messages.d.ts', 'descriptor.js', 'descriptor.d.ts'];
const protos = globSync(['proto/mesos/**/*.proto', 'proto/meseta/*.proto'], { cwd: root }).sort();

const hash = inputsHash();
if (!process.argv.includes('--force') && isFresh(hash)) process.exit(0);

// A folder inside the target, so that renaming is atomic; outputs move first and the hash last, so that a run that is
// killed halfway is repeated.
mkdirSync(target, { recursive: true });
const staging = mkdtempSync(join(target, '.staging-'));
try {
  await Promise.all([generateTypes(), generateCode()]);
  writeFileSync(join(staging, 'descriptor.js'), descriptorModule());
  writeFileSync(join(staging, 'descriptor.d.ts'), 'export declare const descriptorJson: string;\n');
  writeFileSync(join(staging, '.inputs'), hash);
  for (const name of [...outputs, '.inputs']) renameSync(join(staging, name), join(target, name));
} finally {
  rmSync(staging, { recursive: true, force: true });
}

/** One hash over the sources, this script, and the versions of what generates and runs the code. */
function inputsHash() {
  const sum = createHash('sha256');
  for (const file of [...protos, relative(root, fileURLToPath(import.meta.url))]) {
    sum
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  for (const name of ['protobufjs', 'protobufjs-cli']) {
    sum.update(JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version).update('\0');
  }
  return sum.digest('hex');
}

function isFresh(wanted) {
  const stamp = join(target, '.inputs');
  const complete = [...outputs, '.inputs'].every((name) => existsSync(join(target, name)));
  return complete && readFileSync(stamp, 'utf8') === wanted;
}

async function generateTypes() {
  await pbjs(['--dts', '--alt-comment', '-o', join(staging, 'typed.js')]);
  renameSync(join(staging, 'typed.d.ts'), join(staging, 'messages.d.ts'));
}

async function generateCode() {
  await pbjs(['--no-comments', '-o', join(staging, 'plain.js')]);
  const code = readFileSync(join(staging, 'plain.js'), 'utf8');
  const importLine = 'import $protobuf from "protobufjs/minimal.js";';
  if (!code.includes(importLine)) throw new Error(`Cannot adapt the generated code: it lacks the line ${importLine}`);
  const flat = code.replace(/^ +/gm, ''); // half of the text, which every daemon would keep in memory
  writeFileSync(
    join(staging, 'messages.js'),
    flat.replace(importLine, () => integerRuntime()),
  );
}

async function pbjs(more) {
  const flags = ['--es6', '--force-number', '--null-defaults', '--no-verify', '--no-delimited', '--no-typeurl'];
  const args = ['-t', 'static-module', '-w', 'esm', ...flags, '--no-convert', '--no-service', '-p', 'proto', ...more];
  const program = join(root, 'node_modules/protobufjs-cli/bin/pbjs');
  await promisify(execFile)(process.execPath, [program, ...args, ...protos], { cwd: root });
}

/**
 * The reader and writer that the generated code uses. In memory 64-bit integers are numbers; protobufjs by itself would
 * return `Long` objects, and would wrap 2^63 (as the number nearest to 2^63-1 is) to the most negative integer.
 */
function integerRuntime() {
  return `import $runtime from "protobufjs/minimal.js";

const MAX_INT64 = { low: -1, high: 0x7fffffff }, MIN_INT64 = { low: 0, high: 0x80000000 | 0 }, MAX_UINT64 = { low: -1, high: -1 };

class NumberReader extends $runtime.BufferReader {
    static recursionLimit = $runtime.Reader.recursionLimit;
    static create(bytes) {
        return new NumberReader(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    }
    int64() {
        if (this.pos < this.len && this.buf[this.pos] < 128) return this.buf[this.pos++];
        const value = super.int64();
        return typeof value === "number" ? value : value.toNumber();
    }
    uint64() {
        if (this.pos < this.len && this.buf[this.pos] < 128) return this.buf[this.pos++];
        const value = super.uint64();
        return typeof value === "number" ? value : value.toNumber();
    }
}

class SaturatingWriter extends $runtime.BufferWriter {
    static create() { return new SaturatingWriter(); }
    int64(value) {
        if (value >= 0x7fffffffffffffff) return super.uint64(MAX_INT64);
        if (value <= -0x8000000000000000) return super.uint64(MIN_INT64);
        return super.uint64(value);
    }
    uint64(value) {
        if (value >= 0xffffffffffffffff) return super.uint64(MAX_UINT64);
        return super.uint64(value < 0 ? 0 : value);
    }
}

const $protobuf = { Reader: NumberReader, Writer: SaturatingWriter, util: $runtime.util, roots: $runtime.roots };
`;
}

/**
 * The schema as the codec reads it, by fully qualified name. A message is a list of fields
 * `[name on the wire, property, number, label, type, default?, oneof?]`, where label is one of `?` (optional),
 * `!` (required), `*` (repeated), `%` (map with keys of type string) and default is there for declared ones of fields
 * that are not deprecated; an enum is an object of numbers by name.
 */
function descriptorModule() {
  const schema = new protobuf.Root();
  schema.resolvePath = (_origin, path) => (existsSync(join(root, 'proto', path)) ? join(root, 'proto', path) : path);
  schema.loadSync(
    protos.map((file) => relative('proto', file)),
    { keepCase: true },
  );
  schema.resolveAll();
  const types = {};
  collect(schema, types);
  const text = JSON.stringify(types);
  return `// Generated by scripts/generate-proto.\nexport const descriptorJson = ${JSON.stringify(text)};\n`;
}

function collect(namespace, types) {
  for (const nested of namespace.nestedArray) {
    const name = nested.fullName.slice(1);
    if (nested instanceof protobuf.Type) types[name] = nested.fieldsArray.map(field);
    if (nested instanceof protobuf.Enum) types[name] = nested.values;
    if (nested.nestedArray) collect(nested, types);
  }
}

function field(declared) {
  const { name, id, resolvedType, options } = declared;
  if (declared.map && declared.keyType !== 'string') throw new Error(`Cannot describe ${declared.fullName}: map key`);
  const label = declared.map ? '%' : declared.repeated ? '*' : declared.required ? '!' : '?';
  const type = resolvedType === null ? declared.type : resolvedType.fullName.slice(1);
  const row = [name, protobuf.util.camelCase(name), id, label, type];
  const standard = options?.deprecated ? undefined : options?.default;
  if (standard !== undefined || declared.partOf) row.push(standard ?? null);
  if (declared.partOf) row.push(declared.partOf.name);
  return row;
}
