/** The examples of doc comments as programs: what is exported is imported, and what a reader would take as given is given. */
import type { Program } from './blocks.ts'
import type { Example, Exported } from './front-door.ts'

/**
 * What examples speak of without saying where it comes from. An example that declares one of these names itself means its
 * own.
 */
const given = `
import type { App, Run, Session, Task } from 'gantry'
declare global {
  const app: App
  const session: Session
  const task: Task
  const run: Run
}
`

/** Where the names that are given are declared. */
export const surroundings: Program = {
  name: 'given',
  code: given,
  notRun: 'a file',
  prints: [],
  file: 'given.d.ts',
}

const isSaid = (name: string, code: string): boolean =>
  new RegExp(`(?<![\\w.$'/-])${name}\\b(?!['/-])(?!\\??: )`).test(code)

const isItsOwn = (name: string, code: string): boolean =>
  new RegExp(`\\b(?:const|let|function|class|type|interface) ${name}\\b`).test(code) ||
  new RegExp(`^import [^;]*?\\b${name}\\b[^;]*? from `, 'm').test(code)

/** Made a module that imports what it names of the doors. Its lines have the numbers that they have in the file. */
export function toProgram({ path, line, code }: Example, exported: readonly Exported[]): Program {
  const wanted = new Map<string, Exported>()
  for (const each of exported)
    if (!wanted.has(each.name) && isSaid(each.name, code) && !isItsOwn(each.name, code))
      wanted.set(each.name, each)
  const imports = [...wanted.values()].map(
    ({ name, module, isType }) => `import ${isType ? 'type ' : ''}{ ${name} } from '${module}';`,
  )
  return {
    name: `${path}:${line}`,
    code: `${imports.join(' ')}${'\n'.repeat(line - 1)}${code}\nexport {}\n`,
    notRun: 'an example',
    prints: [],
    file: null,
  }
}
