// PostgreSQL's client library, loaded when a store at postgresql:// is opened and not when the program starts.
//
// Linked in the ordinary way it would bring twenty more libraries (Kerberos, LDAP, SASL, …) into every function, also
// where the store is SQLite: measured on one machine, an empty program starts in 1.8 ms of CPU time without it and in
// 4.1 ms with it, and `checksession` has 5 ms to its first answer (DESIGN §6).
//
// Thread-safe. The library stays loaded to the end of the process.
#pragma once

#include <postgresql/libpq-fe.h>

#include "base/result.h"

namespace vestibule {

#define VESTIBULE_LIBPQ(FUNCTION)  \
    FUNCTION(PQclear)              \
    FUNCTION(PQcmdTuples)          \
    FUNCTION(PQconnectPoll)        \
    FUNCTION(PQconnectStartParams) \
    FUNCTION(PQconninfoFree)       \
    FUNCTION(PQconninfoParse)      \
    FUNCTION(PQconsumeInput)       \
    FUNCTION(PQerrorMessage)       \
    FUNCTION(PQfinish)             \
    FUNCTION(PQflush)              \
    FUNCTION(PQfreemem)            \
    FUNCTION(PQgetResult)          \
    FUNCTION(PQgetisnull)          \
    FUNCTION(PQgetlength)          \
    FUNCTION(PQgetvalue)           \
    FUNCTION(PQisBusy)             \
    FUNCTION(PQntuples)            \
    FUNCTION(PQresultErrorField)   \
    FUNCTION(PQresultStatus)       \
    FUNCTION(PQsendPrepare)        \
    FUNCTION(PQsendQuery)          \
    FUNCTION(PQsendQueryPrepared)  \
    FUNCTION(PQsetNoticeProcessor) \
    FUNCTION(PQsetnonblocking)     \
    FUNCTION(PQsocket)             \
    FUNCTION(PQstatus)             \
    FUNCTION(PQtransactionStatus)

// Its functions under their own names.
struct Libpq {
#define VESTIBULE_MEMBER(name) decltype(&::name) name = nullptr;
    VESTIBULE_LIBPQ(VESTIBULE_MEMBER)
#undef VESTIBULE_MEMBER
};

// Fails with store_unavailable where the library is not installed or lacks a function.
Result<const Libpq*> load_libpq();

}  // namespace vestibule
