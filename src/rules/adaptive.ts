/** Optimizers whose step does not depend on the size of gradients but through their epsilon. */
export const adaptive: RegExp = /^(Adam|Adamax|RMSProp|RMSprop)$/;
