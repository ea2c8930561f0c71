/** State charts as Mermaid text. */
import type { MachineState } from '../../src/http/views/machine-definition.ts'
import { flatten } from '../machine.ts'

/** The chart as Mermaid text. */
export function toMermaid(root: MachineState): string {
  const lines = ['stateDiagram-v2']
  const name = (id: string): string => id.replaceAll('.', '_')
  const write = (state: MachineState, indent: string): void => {
    if (state.initial !== null) lines.push(`${indent}[*] --> ${name(state.initial)}`)
    for (const part of state.states) {
      if (part.states.length === 0) lines.push(`${indent}state "${part.key}" as ${name(part.id)}`)
      else {
        lines.push(`${indent}state "${part.key}" as ${name(part.id)} {`)
        write(part, `${indent}  `)
        lines.push(`${indent}}`)
      }
    }
  }
  write(root, '  ')
  for (const state of flatten(root)) {
    for (const { event, targets } of state.transitions)
      for (const target of targets)
        if (target !== state.id) lines.push(`  ${name(state.id)} --> ${name(target)}: ${event}`)
    if (state.type === 'final') lines.push(`  ${name(state.id)} --> [*]`)
  }
  return [...new Set(lines)].join('\n')
}
