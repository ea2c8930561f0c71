/** `gantry/inspect`: inspection of a session with the inspector of Stately. */
export { type PlainLimits, type Replacer, toPlain } from '../values/plain-copy.ts'
export { createStatelyInspector, type StatelyInspector, type StatelyInspectorOptions } from './stately.ts'
