/**
 * Loading of an exported function by module URL and name: inline, in a thread or in a process, from sources under a loader or from
 * built files.
 */
import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { SetupError } from '../../errors/errors.ts'
import { didYouMeanNearest } from '../../errors/suggest.ts'

/** Extensions of sources and of built files, in both directions: users may name one and have the other. */
const otherExtension: Readonly<Record<string, string>> = {
  '.js': '.ts',
  '.mjs': '.mts',
  '.cjs': '.cts',
  '.ts': '.js',
  '.mts': '.mjs',
  '.cts': '.cjs',
}

/** The URL of a module. Throws a `TypeError` for a relative path. */
export function toModuleUrl(module: URL | string): string {
  if (module instanceof URL || (typeof module === 'object' && module !== null && 'href' in module))
    return String((module as URL).href)
  if (typeof module === 'string' && /^(file|data|node):/.test(module)) return module
  if (typeof module === 'string' && isAbsolute(module)) return pathToFileURL(module).href
  throw new TypeError(
    `Cannot name a module as it must be a URL or an absolute path: ${typeof module === 'string' ? `'${module}'` : String(module)}. ` +
      `Write new URL('./work.js', import.meta.url), or require.resolve('./work.js') in CommonJS.`,
  )
}

/** A function exported by a module. */
export type LoadedFunction = (...args: never[]) => unknown

const kept = new Map<string, LoadedFunction>()

/** Cached {@link loadExport}: Node caches the module anyway, and searching for its file costs more than a run. */
export function loadExportOnce(url: string, name: string): LoadedFunction | Promise<LoadedFunction> {
  const key = `${name} ${url}`
  const found = kept.get(key)
  if (found !== undefined) return found
  return loadExport(url, name).then((loaded) => {
    kept.set(key, loaded)
    return loaded
  })
}

/**
 * Imports a module and returns its export of that name. Throws a `SetupError` with the attempted paths if either is missing;
 * errors of the module itself are passed on unchanged.
 */
export async function loadExport(url: string, name: string): Promise<LoadedFunction> {
  const path = existing(url)
  const module = (await import(path).catch((error: unknown) => refuse(path, error))) as Record<
    string,
    unknown
  >
  const found = exportOf(module, name)
  if (typeof found === 'function') return found as LoadedFunction
  const names = Object.keys({ ...(module.default as object | undefined), ...module })
  const hint = didYouMeanNearest(name, names)
  throw new SetupError(
    `Cannot load '${name}' from ${show(url)} as the module must export a function of that name: ` +
      `${found === undefined ? `it exports ${names.slice(0, 20).join(', ') || 'nothing'}` : `a ${typeof found}`}.${hint}`,
  )
}

/**
 * Throws the error of an import. Errors of the module itself are passed on; only Node's failure to read the file needs an
 * explanation.
 */
function refuse(path: string, error: unknown): never {
  if ((error as NodeJS.ErrnoException | null)?.code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error
  throw new SetupError(
    `Cannot load the module of this work as Node must be able to read it where the work runs: ${show(path)}. ` +
      `Build it to .js, or use Node 22.18 or later. Under tsx on Node 20 a process can read .ts, and a thread cannot: execute the task as 'process'.`,
    { cause: error },
  )
}

/** The export of a module. Node does not see all named exports of a CommonJS module without running it; those are in `default`. */
function exportOf(module: Record<string, unknown>, name: string): unknown {
  if (name in module) return module[name]
  const whole = module.default
  return typeof whole === 'object' && whole !== null ? (whole as Record<string, unknown>)[name] : undefined
}

function existing(url: string): string {
  if (!url.startsWith('file:')) return url
  const { pathname } = new URL(url)
  const extension = pathname.slice(pathname.lastIndexOf('.'))
  const other = otherExtension[extension]
  const tried = [url]
  if (other !== undefined) tried.push(url.replace(pathname, pathname.slice(0, -extension.length) + other))
  const found = tried.find((each) => existsSync(fileURLToPath(each)))
  if (found !== undefined) return found
  throw new SetupError(
    `Cannot load the module of this work as its file must exist: tried ${tried.map(show).join(' and ')}. Give the URL of an existing file: moduleWork(new URL('./work.js', import.meta.url)).`,
  )
}

function show(url: string): string {
  return url.startsWith('file:') ? fileURLToPath(url) : url.slice(0, 100)
}
