/** The sequence of this tab. It is kept while other pages are open, but received only while its own page is. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { token } from '../api.ts'
import type { ServerEvent } from '../events.ts'
import { watchActor } from '../shared-events.ts'
import { listeners } from '../store.ts'
import { SequenceLog } from './sequence-log.ts'

/** Delay in which changes are gathered before they are rendered. */
const renderMs = 100

const log = new SequenceLog()
const version = signal(0)

token.subscribe(() => {
  // Another caller may see other tasks.
  log.clear()
  version.value += 1
})

/** Watches all actors while the component is shown, and renders it again when the sequence changes. */
export function useSequence(): SequenceLog {
  useEffect(() => {
    let timer = 0
    const listen = (event: ServerEvent): void => {
      if (!log.take(event) || timer !== 0) return
      timer = setTimeout(() => {
        timer = 0
        version.value += 1
      }, renderMs)
    }
    listeners.add(listen)
    const stop = watchActor('actors')
    return () => {
      stop()
      listeners.delete(listen)
      clearTimeout(timer)
      log.interrupt()
    }
  }, [])
  // Reading the signal subscribes the component to it.
  void version.value
  return log
}

/** Changes the sequence by a command of the user. */
export function change(act: (log: SequenceLog) => void): void {
  act(log)
  version.value += 1
}
