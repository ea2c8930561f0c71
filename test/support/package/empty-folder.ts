/** An empty folder with packed tarballs installed, as a new user has it. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const tsc = resolve('node_modules/typescript/bin/tsc')

/** Result of a process. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly errors: string
}

/** The environment without variables of `npm test` and Jest, which would affect npm and Node in the folder. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(npm_(package|lifecycle|command|execpath|node)|npm_config_local_prefix|INIT_CWD|NODE_|JEST_)/.test(
          name,
        ),
    ),
  )

/** Runs a program to its end, at most 60 seconds; a failing program is not an error here. */
export function call(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((done) => {
    execFile(command, [...args], { cwd, env: environment(), timeout: 60_000 }, (error, out, errors) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      done({ code, out, errors })
    })
  })
}

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { code, out, errors } = await call('npm', args, cwd)
  if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${code}:\n${out}\n${errors}`)
  return out
}

/** One packed package: its tarball and the files in it. */
export interface Packed {
  readonly tarball: string
  readonly files: readonly string[]
}

/** Packs packages of this repository into a folder. Packages that are not built yet are built. */
export async function pack(into: string, folders: readonly string[]): Promise<Packed[]> {
  if (
    !existsSync('dist/src/index.js') ||
    !existsSync('packages/xstate-inspect/dist/packages/xstate-inspect/src/index.js')
  )
    await npm(['run', '--silent', 'build'], '.')
  const out = await npm(
    [
      'pack',
      '--json',
      '--ignore-scripts',
      '--pack-destination',
      into,
      ...folders.map((name) => resolve(name)),
    ],
    '.',
  )
  const packed = JSON.parse(out) as { filename: string; files: { path: string }[] }[]
  return packed.map(({ filename, files }) => ({
    tarball: join(into, filename),
    files: files.map(({ path }) => path),
  }))
}

/**
 * Runs `npm pack`, with its scripts, on the files that git tracks: the content of a fresh clone after `npm ci`.
 * Resolves to the paths in the tarball.
 */
export async function packFreshClone(into: string): Promise<readonly string[]> {
  const { out: listed } = await call(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    '.',
  )
  for (const file of listed.split('\0')) if (existsSync(file) && file !== '') await cp(file, join(into, file))
  for (const folder of ['.', 'packages/xstate-inspect'])
    await symlink(resolve(folder, 'node_modules'), join(into, folder, 'node_modules'))
  const out = await npm(['pack', '--json'], into)
  // The output of the build precedes the list.
  const [packed] = JSON.parse(out.slice(out.indexOf('[\n'))) as { files: { path: string }[] }[]
  return packed!.files.map(({ path }) => path)
}

/** A folder in which packages are installed as by a user. */
export class EmptyFolder {
  private constructor(readonly path: string) {}

  static async create(): Promise<EmptyFolder> {
    const path = await mkdtemp(join(tmpdir(), 'gantry-user-'))
    return new EmptyFolder(path)
  }

  async install(...packages: readonly string[]): Promise<void> {
    await writeFile(join(this.path, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages], this.path)
  }

  /** Copies programs into the folder. */
  async take(folder: string, ...names: readonly string[]): Promise<void> {
    for (const name of names) await cp(join(folder, name), join(this.path, name))
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.path, name), text)
  }

  run(...args: readonly string[]): Promise<Ended> {
    return call(process.execPath, args, this.path)
  }

  /** Type-checks files of the folder, including the libraries' declarations. `compiler` is the path of a `tsc`. */
  async check(options: object, files: readonly string[], compiler = tsc): Promise<Ended> {
    const config = {
      compilerOptions: { target: 'es2022', strict: true, noEmit: true, skipLibCheck: false, ...options },
      files,
    }
    await writeFile(join(this.path, 'tsconfig.json'), JSON.stringify(config))
    return this.run(compiler, '-p', '.')
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true })
  }
}
