/* global SwaggerUIBundle */

/** Where a session is stored: for this tab, until it is closed. */
const STORED = 'aios-session';

const form = document.getElementById('login');
const message = form.querySelector('output');
/** The path below which a proxy serves the server. */
const base = location.pathname.replace(/[/]docs$/, '');

/** Shows the answers of errors in a group of their own, which is closed at first. */
const GroupedErrors = () => ({
  wrapComponents: {
    responses:
      (Responses, { React }) =>
      (props) => {
        const isError = (_, status) => Number(status) >= 400;
        const errors = props.responses.filter(isError);
        const table = (responses, more) =>
          React.createElement(Responses, { ...props, responses, ...more });
        return React.createElement(
          'div',
          null,
          table(props.responses.filterNot(isError)),
          React.createElement(
            'details',
            { className: 'errors' },
            React.createElement('summary', null, `Errors: ${errors.keySeq().join(', ')}`),
            table(errors, { tryItOutResponse: undefined }),
          ),
        );
      },
  },
});

/** Leaves out the examples of optional parameters, which the page would send, and calls its own origin, as it must. */
const OwnServer = () => {
  const replace = (_, value) =>
    value?.in && value.required === false ? { ...value, example: undefined } : value;
  const updateJsonSpec = (update) => (document) =>
    update({
      ...JSON.parse(JSON.stringify(document), replace),
      servers: [{ url: `${base}/zstack` }],
    });
  return { statePlugins: { spec: { wrapActions: { updateJsonSpec } } } };
};

const page = SwaggerUIBundle({
  // Swagger UI can't resolve the same document as one of version 3.1.
  url: `${base}/openapi-3.0.json`,
  dom_id: '#swagger-ui',
  deepLinking: true,
  plugins: [GroupedErrors, OwnServer],
  // Without this the page would request a badge from a public validator.
  validatorUrl: null,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  onComplete: async () => {
    const session = sessionStorage.getItem(STORED);
    if (session !== null && (await isValid(session))) useSession(session);
  },
});

function useSession(session) {
  page.preauthorizeApiKey('session', `OAuth ${session}`);
  message.textContent = 'Logged in: the operations below are called with your session.';
}

/** Whether the server still knows a session, which may have expired or been of an earlier server. */
async function isValid(session) {
  const response = await fetch(`${base}/zstack/v1/accounts/sessions/${session}/valid`);
  return (await response.json()).valid === true;
}

async function sha512(text) {
  const bytes = await crypto.subtle.digest('SHA-512', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function logIn(accountName, password) {
  const response = await fetch(`${base}/zstack/v1/accounts/login`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ logInByAccount: { accountName, password: await sha512(password) } }),
  });
  const { inventory, error } = await response.json();
  if (error) throw new Error(error.details);
  return inventory.uuid;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { account, password } = form.elements;
  try {
    const session = await logIn(account.value, password.value);
    sessionStorage.setItem(STORED, session);
    useSession(session);
    password.value = '';
  } catch (error) {
    message.textContent = `Not logged in: ${error.message}.`;
  }
});

// Browsers have it on https and on the machine itself only.
if (!globalThis.crypto?.subtle) {
  for (const element of form.elements) element.disabled = true;
  message.textContent =
    'To log in here, open the page over https or as http://127.0.0.1. Or press Authorize and fill in a session.';
}
