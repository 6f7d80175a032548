import { bridge } from './bridge.ts'

/** The address of a place for somebody else: the desktop's own scheme, which finds the program whatever port it has; a browser's is the page's. */
export const shareUrl = (path: string): string => (bridge ? `binnacle:/${path}` : window.location.origin + path)
