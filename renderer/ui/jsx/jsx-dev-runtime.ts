import { Fragment, jsxDEV as make } from 'react/jsx-dev-runtime'
import { seen } from './seen.ts'

/** The same for `vite dev` and tests. */
export type { JSX } from 'react/jsx-dev-runtime'
export { Fragment }
export const jsxDEV: typeof make = (type, props, ...more) => make(type, seen(props), ...more)
