/** What kubectl prints where there is nothing: an empty cell would leave open whether it is not known or not there. */
export const none = '<none>'
export const unknown = '<unknown>'
export const pending = '<pending>'
