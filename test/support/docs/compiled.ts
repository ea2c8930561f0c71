/** Programs of the documentation, compiled against the built package and run as processes. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from './blocks.ts'

/** To be imported before a program that waits for signals: it sends one. */
export const ending = new URL('ending.mjs', import.meta.url).href

/** Result of a program. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly errors: string
}

/** Compiled programs in a separate folder within the repository: `gantry` resolves to the package itself. */
export class Compiled {
  readonly #folder: string
  readonly #fileOf: ReadonlyMap<string, string>
  /** Output of the compiler. */
  readonly errors: string

  constructor(programs: readonly Program[]) {
    if (!existsSync('dist/src/index.d.ts'))
      spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
    mkdirSync('.tmp', { recursive: true })
    this.#folder = mkdtempSync(join('.tmp', 'docs-'))
    this.#fileOf = new Map(programs.map(({ name }) => [name, name.replace(/[^\w]+/g, '-')]))
    for (const { name, code, file } of programs)
      writeFileSync(join(this.#folder, file ?? `${this.#fileOf.get(name)}.ts`), code)
    writeFileSync(
      join(this.#folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: { noEmit: false, rootDir: '.', outDir: 'out' },
        include: ['*.ts'],
      }),
    )
    const tsc = join('node_modules', 'typescript', 'bin', 'tsc')
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', this.#folder], { encoding: 'utf8' })
    this.errors = `${stdout}${stderr}`
  }

  /** Runs a program to its end, at most 20 seconds. */
  run(name: string): Promise<Ended> {
    const file = join('out', `${this.#fileOf.get(name)}.js`)
    const child = spawn(process.execPath, ['--import', ending, file], {
      cwd: this.#folder,
      env: { ...process.env, NODE_OPTIONS: '' },
      timeout: 20_000,
    })
    let out = ''
    let errors = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    return new Promise((done) => child.on('close', (code, signal) => done({ code, signal, out, errors })))
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
