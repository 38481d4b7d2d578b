/** The AIOS release whose API this server implements (F37). */
export const AIOS_VERSION = '5.5.22';

/** Path of the platform's servlet; paths in its sentences omit it. */
export const CONTEXT_PATH = '/zstack';

/** Content type of every answer, in the platform's spelling (F55). */
export const JSON_CONTENT_TYPE = 'application/json;charset=UTF-8';

/** UUID of the platform's `admin` account, to which every session belongs. */
export const ADMIN_ACCOUNT_UUID = '36c27e8ff05c4780bf6d2fa65700f22e';
