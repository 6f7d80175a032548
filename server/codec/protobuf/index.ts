/** Kubernetes protobuf: objects, lists and watch frames, with the reference's bytes. */
export { decodeMessage } from './decode.ts'
export { encodeMessage } from './encode.ts'
export { decodeObject, encodeList, encodeListParts, encodeObject, isProtobuf, listAround, unwrap, wrap, type ListKind } from './envelope.ts'
export { FrameReader, frameWatchEvent, parseWatchEvent } from './watch.ts'
export { DecodeError, EncodeError } from './wire.ts'
