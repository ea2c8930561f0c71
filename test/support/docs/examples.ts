/** Examples of doc comments as programs: exports are imported, and names that a reader takes for granted are declared. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { doors, type Example, type Exported } from './front-door.ts'

/** Names that examples use without declaring them. An example that declares one of these names uses its own. */
const given = `
import type { App, Run, Session, Task } from 'gantry'
type Work = (...given: unknown[]) => Promise<unknown>
declare global {
  const app: App
  const session: Session
  const run: Run
  const fetchPrices: Task<number[]>
  const newFiles$: import('rxjs').Observable<string>
  const backup: Work, clean: Work, greet: Work, importFile: Work, remind: Work, report: Work, sync: Work, upload: Work
}
`

/** Modules that examples import. */
const modules: Readonly<Record<string, string>> = {
  'scan.ts': 'export const scan = async ({ root }: { root: string }): Promise<string[]> => [root]',
  'db.ts': "export const connect = async (): Promise<string> => 'a connection'",
}

const isSaid = (name: string, code: string): boolean =>
  new RegExp(`(?<![\\w.$'/-])${name}\\b(?!['/-])(?!\\??: )`).test(code)

const isItsOwn = (name: string, code: string): boolean =>
  new RegExp(`\\b(?:const|let|function|class|type|interface) ${name}\\b`).test(code) ||
  new RegExp(`^import [^;]*?\\b${name}\\b[^;]*? from `, 'm').test(code)

/** Creates a module that imports the exports that the example uses. Its lines have the line numbers of the file. */
function toModule({ line, code }: Example, exported: readonly Exported[]): string {
  const wanted = new Map<string, Exported>()
  for (const each of exported)
    if (!wanted.has(each.name) && isSaid(each.name, code) && !isItsOwn(each.name, code))
      wanted.set(each.name, each)
  const imports = [...wanted.values()].map(
    ({ name, module, isType }) => `import ${isType ? 'type ' : ''}{ ${name} } from '${module}';`,
  )
  return `${imports.join(' ')}${'\n'.repeat(line - 1)}${code}\nexport {}\n`
}

/** Type errors of the examples, one line each. All examples are compiled at once against the sources. */
export function errorsIn(examples: readonly Example[], exported: readonly Exported[]): string[] {
  mkdirSync('.tmp', { recursive: true })
  const folder = mkdtempSync(join('.tmp', 'examples-'))
  try {
    writeFileSync(join(folder, 'given.d.ts'), given)
    for (const [name, text] of Object.entries(modules)) writeFileSync(join(folder, name), text)
    for (const example of examples)
      writeFileSync(
        join(folder, `${example.path.replace(/\W+/g, '-')}-${example.line}.ts`),
        toModule(example, exported),
      )
    const paths = Object.entries(doors).map(([name, path]) => [name, [`../../${path}`]])
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: { rootDir: '../..', paths: Object.fromEntries(paths) },
        include: ['*.ts'],
      }),
    )
    const tsc = join('node_modules', 'typescript', 'bin', 'tsc')
    const { stdout, error } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
    if (error !== undefined) throw error
    // Errors of the sources themselves are reported where those are checked; further lines of an error are indented.
    return stdout.split('\n').filter((line) => line !== '' && !/^(?:src\/|machines\/|\s)/.test(line))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
