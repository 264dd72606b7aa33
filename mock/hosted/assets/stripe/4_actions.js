// What a bank would ask of its customer: our page of 3D Secure in a frame above the application's.
const frame_style = `
dialog { width: min(560px, calc(100vw - 32px)); padding: 0; border: 0; border-radius: 12px; }
dialog::backdrop { background: rgb(0 0 0 / 50%); }
iframe { display: block; width: 100%; height: 420px; border: 0; }
`;

// Resolves when the person has answered.
function ask_bank(intent) {
  return new Promise((resolve) => {
    const host = document.createElement('div');
    const root = host.attachShadow({mode: 'open'});
    const style = document.createElement('style');
    style.textContent = frame_style;
    const dialog = document.createElement('dialog');
    dialog.setAttribute('aria-label', '3D Secure');
    const frame = document.createElement('iframe');
    frame.title = '3D Secure';
    frame.name = 'okapi-3ds';
    frame.src =
      intent.url ||
      `${base}/_okapi/3ds/${intent.id}?client_secret=${encodeURIComponent(intent.secret)}`;
    const finish = () => {
      host.remove();
      resolve();
    };
    // The first load is the question, the second the answer.
    let loads = 0;
    frame.addEventListener('load', () => {
      loads += 1;
      if (loads === 2) finish();
    });
    dialog.addEventListener('cancel', finish);
    dialog.append(frame);
    root.append(style, dialog);
    document.body.append(host);
    dialog.showModal();
  });
}

async function retrieve_intent(api, intent) {
  const {body, error} = await api.get(intent.path, {client_secret: intent.secret});
  return error ? {error} : {[intent.name]: body};
}

// Asks the bank where that is wanted, and gives the intent as it is then.
async function follow_action(api, intent, object) {
  if (object.status !== 'requires_action') return {[intent.name]: object};
  await ask_bank(intent);
  const after = await retrieve_intent(api, intent);
  if (after.error) return after;
  const failed = after[intent.name].last_payment_error || after[intent.name].last_setup_error;
  const needs_method = after[intent.name].status === 'requires_payment_method';
  return needs_method && failed ? {error: {...failed, [intent.field]: after[intent.name]}} : after;
}

async function confirm_intent(api, intent, params, handles_actions) {
  const {body, error} = await api.post(`${intent.path}/confirm`, {
    ...params,
    client_secret: intent.secret,
    use_stripe_sdk: true,
  });
  if (error) return {error};
  return handles_actions ? follow_action(api, intent, body) : {[intent.name]: body};
}
