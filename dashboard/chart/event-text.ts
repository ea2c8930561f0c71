/** Texts of transitions, for labels and lists. */
import type { MachineTransition } from '../../src/http/views/machine-definition.ts'

/** The event and the guard of a transition, such as `after 5 s [isReady]`; empty for an eventless transition without a guard. */
export function eventText({ label, guard }: Pick<MachineTransition, 'label' | 'guard'>): string {
  return [label, guard === null ? '' : `[${guard}]`].filter((part) => part !== '').join(' ')
}
