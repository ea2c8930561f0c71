export type { Replacer } from '../../../src/values/plain-copy.ts'
export { createXStateInspector, type XStateInspector, type XStateInspectorOptions } from './inspector.ts'
export type { ActorLike, InspectionEventLike, InspectionObserver } from './observed.ts'
