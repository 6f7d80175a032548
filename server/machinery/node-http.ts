/**
 * node:http by another door. An ESM import of it reads every export at once, and one of them (WebSocket) makes Node load its
 * whole fetch: 4 MB and about 20 ms that nothing here needs.
 */
export const http = process.getBuiltinModule('node:http')
