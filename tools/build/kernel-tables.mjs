// Extracts what TypeScript must know about the kernels: the commands' fields from the classes of assembly/,
// and the constants from the exports of the compiled module.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

const BYTES = { usize: 4, u32: 4, i32: 4, f32: 4, i64: 8 }

/** The top-level classes and enums of a file of assembly/. */
function declarationsOf(root, name) {
  const path = join(root, name)
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const classes = new Map()
  const enums = new Map()
  for (const node of source.statements) {
    if (ts.isEnumDeclaration(node)) {
      const members = node.members.map(({ name, initializer }) => {
        if (initializer)
          throw new Error(`${path}: ${node.name.text}.${name.text} must have no value of its own`)
        return name.text
      })
      enums.set(node.name.text, members)
    }
    if (ts.isClassDeclaration(node)) classes.set(node.name.text, fieldsOf(node, classes, path))
  }
  return { classes, enums }
}

/** Fields with their types, in the order in which AssemblyScript lays them out: those of the base class first. */
function fieldsOf(node, classes, path) {
  const base = node.heritageClauses?.[0]?.types[0]?.expression.getText()
  if (base !== undefined && !classes.has(base))
    throw new Error(`${path}: ${base} must stand before its heirs`)
  const fields = new Map(classes.get(base))
  for (const member of node.members) {
    const [field, type] = [member.name?.getText(), member.type?.getText()]
    if (!ts.isPropertyDeclaration(member) || BYTES[type] === undefined || fields.has(field)) {
      throw new Error(
        `${path}: ${node.name.text}.${field} of type ${type} cannot be laid out: a field once, of ${Object.keys(BYTES).join(', ')}`,
      )
    }
    fields.set(field, type)
  }
  return fields
}

/** src/generated/commands.ts, and numbers.ts, which pages read without it. `commandBytes`: the room that the control block has for a command. */
export function commandModules(root, commandBytes) {
  const { classes, enums } = declarationsOf(root, 'assembly/commands.ts')
  const commands = enums.get('Kernel').map((name, kernel) => {
    const fields = [...(classes.get(name) ?? [])]
    if (fields.length === 0) throw new Error(`assembly/commands.ts: Kernel.${name} has no class ${name}`)
    const wrong = fields.find(([, type]) => BYTES[type] !== 4)
    if (wrong) throw new Error(`assembly/commands.ts: ${name}.${wrong[0]} is no 32-bit word`)
    if (4 * fields.length > commandBytes) {
      throw new Error(
        `assembly/commands.ts: ${name} has ${fields.length} fields, and there is room for ${commandBytes / 4}: raise CONTROL_BYTES in assembly/parallel.ts`,
      )
    }
    const types = fields.map(([field, type]) => `${field}: ${type === 'f32' ? 1 : 0}`)
    return `  ${name}: { kernel: ${kernel}, fields: { ${types.join(', ')} } },\n`
  })
  const numbers = [...enums].filter(([name]) => name !== 'Kernel')
  const lists = numbers.map(
    ([name, members]) =>
      `  ${name}: { ${members.map((member, number) => `${member}: ${number}`).join(', ')} },\n`,
  )
  let offset = 0
  const control = [...declarationsOf(root, 'assembly/parallel.ts').classes.get('Control')].map(
    ([field, type]) => {
      offset = Math.ceil(offset / BYTES[type]) * BYTES[type]
      const at = offset
      offset += BYTES[type]
      return `${field}: ${at}`
    },
  )
  return {
    commands: `/** The commands of assembly/commands.ts: their numbers, and their fields in order, 1 for those that are float32 and 0 for whole numbers. */
export const COMMANDS = {\n${commands.join('')}} as const

/** Where the fields of assembly/parallel.ts's control block stand, in bytes. */
export const CONTROL = { ${control.join(', ')} } as const
`,
    numbers: `/** The enums of assembly/commands.ts, but for the commands. */
export const NUMBERS = {\n${lists.join('')}} as const
`,
  }
}

/** src/generated/sizes.ts: assembly/sizes.ts, whose one type is a number here. */
export function sizesModule(root) {
  return readFileSync(join(root, 'assembly/sizes.ts'), 'utf8').replace('*/\n', '*/\ntype i32 = number\n')
}

/** A number, below 2³¹, for what kernels and TypeScript must agree on: sizes, fields and enums. */
export function interfaceHash(root) {
  const hash = createHash('sha256')
  for (const name of ['sizes', 'commands', 'parallel'])
    hash.update(readFileSync(join(root, `assembly/${name}.ts`)))
  return hash.digest().readUInt32LE(0) >>> 1
}

/** The numbers that a module of the kernels exports. */
export function constantsOf(wasm) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory } })
  return Object.fromEntries(
    Object.entries(exports)
      .filter(([, exported]) => exported instanceof WebAssembly.Global)
      .map(([name, { value }]) => [name, value])
      .sort(),
  )
}

/** src/generated/constants.ts */
export function constantsModule(constants) {
  const lines = Object.entries(constants).map(([name, value]) => `export const ${name} = ${value}\n`)
  return `/** What assembly/kernels.ts exports beside functions, with its comments there. */
${lines.join('')}
/** All of them, to compare with a module that comes from elsewhere. */
export const CONSTANTS: Readonly<Record<string, number>> = { ${Object.keys(constants).join(', ')} }
`
}
