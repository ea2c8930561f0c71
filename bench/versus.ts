/**
 * Compares this build with another commit. The other commit is built in a temporary worktree; the suites of `versus-suites.ts` then run
 * against each package in turn (this, other, this, other, …), each in a new process. Prints ratios, and asserts nothing.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { quantile } from './support.ts'
import { type Figures, suiteNames, unitOf } from './versus-suites.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const suites = fileURLToPath(new URL('./versus-suites.js', import.meta.url))

export interface VersusOptions {
  /** Runs of each suite against each package; default 5. */
  readonly rounds: number
  /** One suite instead of all. */
  readonly only?: string | undefined
}

/** Builds the commit that a git ref names, measures both packages, and prints a table of ratios. */
export async function benchVersus(ref: string, { rounds, only }: VersusOptions): Promise<void> {
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`Cannot compare as the number of rounds must be a whole number from 1: ${rounds}`)
  const chosen = suiteNames.filter((name) => only === undefined || name === only)
  if (chosen.length === 0)
    throw new RangeError(`Cannot compare as the suite must be one of ${suiteNames.join(', ')}: '${only}'`)
  const commit = await commitOf(ref)
  const abort = new AbortController()
  const { signal } = abort
  const stop = (): void => abort.abort()
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'gantry-versus-'))
  const other = join(folder, 'other')
  try {
    await call('git', ['worktree', 'add', '--quiet', '--detach', other, commit], { cwd: root, signal })
    shareModules(other)
    await build(other, signal)
    console.log(`this build against ${ref} (${commit.slice(0, 7)}), ${rounds} rounds of each suite`)
    console.log(row('', 'this', 'other', 'ratio', 'spread'))
    // Files of a suite that is interrupted are removed with the folder.
    const env = { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder }
    const measure = async (suite: string, where: string): Promise<Figures> => {
      const args = ['--expose-gc', suites, suite, where]
      return JSON.parse(await call(process.execPath, args, { cwd: root, env, signal }))
    }
    for (const suite of chosen) {
      const pairs: (readonly [Figures, Figures])[] = []
      try {
        for (let n = 0; n < rounds; n++) pairs.push([await measure(suite, root), await measure(suite, other)])
        print(pairs)
      } catch (error) {
        if (signal.aborted) throw error
        console.log(`${suite}: cannot be measured in both: ${(error as Error).message}`)
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
    console.log('interrupted')
    process.exitCode = 130
  } finally {
    await call('git', ['worktree', 'remove', '--force', other], { cwd: root }).catch(() => {})
    rmSync(folder, { recursive: true, force: true })
    await call('git', ['worktree', 'prune'], { cwd: root })
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

async function commitOf(ref: string): Promise<string> {
  try {
    return (await call('git', ['rev-parse', '--verify', `${ref}^{commit}`], { cwd: root })).trim()
  } catch (cause) {
    throw new RangeError(`Cannot compare as the git ref must name a commit: '${ref}'`, { cause })
  }
}

/** Gives a worktree the installed modules of this one, and of the workspaces that both have. */
function shareModules(folder: string): void {
  const workspaces = readdirSync(join(root, 'packages')).map((name) => join('packages', name))
  for (const each of ['.', ...workspaces]) {
    const modules = join(root, each, 'node_modules')
    if (existsSync(modules) && existsSync(join(folder, each)))
      symlinkSync(realpathSync(modules), join(folder, each, 'node_modules'), 'dir')
  }
}

/** Builds a package by its own script, or where that fails (a module is not installed here) the library alone. */
async function build(folder: string, signal: AbortSignal): Promise<void> {
  const options = { cwd: folder, signal }
  try {
    await call('npm', ['run', '--silent', 'build'], options)
  } catch (error) {
    if (signal.aborted) throw error
    console.log('The build of the other commit fails; the library is compiled alone.')
    const compiler = join('node_modules', 'typescript', 'bin', 'tsc')
    // The compiler writes its output in spite of type errors.
    await call(process.execPath, [compiler, '-p', 'tsconfig.build.json'], options).catch(() => {})
    if (signal.aborted || !existsSync(join(folder, 'dist'))) throw error
  }
}

function print(pairs: readonly (readonly [Figures, Figures])[]): void {
  for (const name of Object.keys(pairs[0]![0])) {
    const here = pairs.map(([figures]) => figures[name]!)
    const there = pairs.map(([, figures]) => figures[name]!)
    const ratios = here.map((figure, n) => figure / there[n]!)
    const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
    console.log(row(name, shown(here, name), shown(there, name), quantile(ratios, 0.5).toFixed(2), spread))
  }
}

function shown(figures: readonly number[], name: string): string {
  const median = quantile(figures, 0.5)
  return `${median < 100 ? median.toFixed(2) : Math.round(median)} ${unitOf(name)}`
}

function row(name: string, ...cells: readonly string[]): string {
  return [name.padEnd(36), ...cells.map((cell) => cell.padStart(16))].join('')
}

interface CallOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
}

/** Runs a program and returns its output. Rejects with the end of that output if it fails, after the program has ended. */
function call(command: string, args: readonly string[], options: CallOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stdout.on('data', (data) => void (output += data))
    child.stderr.on('data', (data) => void (errors += data))
    child.on('error', (error) => {
      if (child.pid === undefined) reject(error)
    })
    child.once('close', (code) => {
      if (code === 0) return resolve(output)
      const text = `${output}${errors}`.trim().slice(-2_000)
      reject(new Error(`'${command} ${args.join(' ')}' must succeed: exit code ${code}. ${text}`))
    })
  })
}
