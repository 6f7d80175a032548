/**
 * Pod, Node, Namespace and Binding in their v1 JSON form, as far as this server looks inside. Everything is optional, because
 * validation is what finds out; the schema has checked the JSON types before any of this code runs.
 */
export type * from './types-container.ts'
export type * from './types-node.ts'
export type * from './types-pod.ts'
export type * from './types-volume.ts'
