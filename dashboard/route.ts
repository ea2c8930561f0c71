/** Client-side route, in the URL's fragment. */
import { batch, signal } from '@preact/signals'
import { query, segment } from './api.ts'

/** The current route as steps: `#/tasks/report/runs` is `['tasks', 'report', 'runs']`. */
export const steps = signal<readonly string[]>(readSteps())
/** The query of the current route: `#/sequence?task=report` has `task`. */
export const search = signal(readSearch())

addEventListener('hashchange', () => {
  batch(() => {
    steps.value = readSteps()
    search.value = readSearch()
  })
})

function readSteps(): readonly string[] {
  return location.hash
    .replace(/^#\/?/, '')
    .replace(/\?.*$/s, '')
    .split('/')
    .filter((step) => step !== '')
    .map((step) => {
      const name = decode(step)
      return name.startsWith('~') ? name.slice(1) : name
    })
}

function readSearch(): URLSearchParams {
  return new URLSearchParams(location.hash.split('?').slice(1).join('?'))
}

/** Replaces the query of the current route, without a new entry in the history. */
export function setSearch(values: Readonly<Record<string, string>>): void {
  history.replaceState(null, '', `${location.hash.split('?')[0]}${query(values)}`)
  search.value = readSearch()
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}

/** The URL of a route. */
export function to(...path: readonly string[]): string {
  return `#/${path.map(segment).join('/')}`
}

/** Opens a route. */
export function go(...path: readonly string[]): void {
  location.hash = to(...path)
}
