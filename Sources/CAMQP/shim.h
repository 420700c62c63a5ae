#ifndef CAMQP_SHIM_H
#define CAMQP_SHIM_H
#include <sys/time.h>
#include <amqp.h>
#endif
