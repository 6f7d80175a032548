import { Fragment, jsx as make, jsxs as makeStatic } from 'react/jsx-runtime'
import { seen } from './seen.ts'

// What JSX is compiled to (`jsxImportSource` of tsconfig.app.json and vite.config.ts): React's own, behind what keeps texts readable.
export type { JSX } from 'react/jsx-runtime'
export { Fragment }
export const jsx: typeof make = (type, props, key) => make(type, seen(props), key)
export const jsxs: typeof makeStatic = (type, props, key) => makeStatic(type, seen(props), key)
