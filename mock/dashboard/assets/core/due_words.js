// What falls due next, in words: "checkout session expires".
const verbs = {
  advance: 'moves on',
  begin: 'begins',
  bill_pending_items: 'bills pending items',
  bill_thresholds: 'reaches a threshold',
  cancel: 'is canceled',
  collect: 'is collected',
  count: 'is counted',
  deadline: 'reaches its deadline',
  decide: 'is decided',
  end_phase: 'ends a phase',
  expire: 'expires',
  expire_incomplete: 'expires unpaid',
  expire_pending_update: 'drops an unpaid update',
  finalize: 'is finalized',
  notice_end: 'is noticed to end',
  notice_trial_end: 'nears the end of its trial',
  notify_upcoming: 'announces its invoice',
  overdue: 'is overdue',
  pause: 'pauses',
  resume: 'resumes',
  resume_collection: 'collects again',
  retry: 'is tried again',
  settle: 'settles',
  verify: 'is verified',
};

const spaced = (text) => text.replaceAll('_', ' ');

// Of a dotted name the last part says enough, but a session may be of several things.
function noun(object) {
  const last = object.split('.').at(-1);
  return spaced(last === 'session' ? object.replace('.', ' ') : last);
}

export const due_text = ({object, action}) => `${noun(object)} ${verbs[action] ?? spaced(action)}`;
