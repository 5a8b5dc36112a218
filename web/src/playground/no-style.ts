/** Stands in for `react-style-singleton`: components that write no style into the page. */
const nothing = () => null;

export const styleSingleton = () => nothing;
export const stylesheetSingleton = () => ({ add: nothing, remove: nothing });
export const styleHookSingleton = () => nothing;
