/** The AIOS release whose API this server follows (F37). */
export const AIOS_VERSION = '5.5.22';

/** Where the platform's servlet lives; what it calls a path begins after it. */
export const CONTEXT_PATH = '/zstack';

/** The one content type of the API's answers and of every failure (F55), spelled as the platform spells it. */
export const JSON_CONTENT_TYPE = 'application/json;charset=UTF-8';

/** The platform's uuid of its `admin` account, to which every session belongs. */
export const ADMIN_ACCOUNT_UUID = '36c27e8ff05c4780bf6d2fa65700f22e';
