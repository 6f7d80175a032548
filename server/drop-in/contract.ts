/** Where the stand-in of etcd answers with the folder that our store may use, in plain text. No path of etcd's own. */
export const DATA_DIR_PATH = '/binnacle/data-dir'
